import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AnyDecider, decidesOn, namedBy } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { withThoseAlong } from '../../core/together/along.ts';
import { stateCache } from '../../engine/command/cache.ts';
import type { Commanding } from '../../engine/command/request.ts';
import type { Log, Snapshots } from '../../engine/ports.ts';
import { defaultSettings } from '../../engine/settings.ts';
import type { Loading } from '../../engine/store/load.ts';
import { commitForm, environment } from '../environment.ts';
import { foldHash } from '../fold-hashes.ts';
import { deployedSealing } from '../personal/deployed.ts';
import { commitStore } from '../store/commit-store.ts';
import { snapshotStore } from '../store/snapshot-store.ts';
import { systemClock, systemHash, systemKeys } from '../system.ts';

/** Snapshots that are never saved: only the function that appends to a stream may. */
const onlyRead = (snapshots: Snapshots): Snapshots => ({ ...snapshots, save: async () => {} });

/** The ports for commands without personal values. One cache serves all categories: a stream's name contains its category. */
export const storePorts = (client: DynamoDBClient, log: Log): Omit<Commanding, 'decider' | 'code' | 'personal'> => ({
  store: commitStore(client, environment('COMMITS_TABLE'), { form: commitForm() }),
  snapshots: snapshotStore(client, environment('SNAPSHOTS_TABLE')),
  keys: systemKeys(client, environment('CONTROL_TABLE')),
  clock: systemClock,
  log,
  settings: defaultSettings,
  cache: stateCache(defaultSettings.cacheBytes),
});

/** The ports for commands. */
export const commandPorts = (client: DynamoDBClient, log: Log): Omit<Commanding, 'decider' | 'code'> => {
  const personal = deployedSealing(client);
  return { ...storePorts(client, log), ...(personal && { personal }) };
};

/** What the commands of a decider are handled with. Streams of other aggregates are only read, unless a command goes along to them. */
export const commandingFor = (
  { aggregates }: Pick<Manifest, 'aggregates'>,
  ports: ReturnType<typeof commandPorts>,
  decider: AnyDecider,
): Commanding => {
  const among = (named: readonly string[]) =>
    aggregates.filter(({ category }) => named.includes(category) && category !== decider.category);
  const reading = { ...ports, snapshots: onlyRead(ports.snapshots) };
  const read = among([...namedBy(decider), ...decidesOn(decider)]).map(
    (other): Commanding => ({ ...reading, decider: other, code: foldHash(other.category) }),
  );
  const along = among(withThoseAlong([decider]).map(({ category }) => category));
  const others = [...read, ...along.map((other) => commandingFor({ aggregates }, ports, other))];
  return {
    ...ports,
    decider,
    code: foldHash(decider.category),
    others: new Map(others.map((other) => [other.decider.category, other])),
  };
};

/** The ports for reading the streams of any aggregate. States of tags are kept under the hash of a category that lists the tag. */
export const loadingFor = (client: DynamoDBClient, log: Log): ((decider: AnyDecider, category?: string) => Loading) => {
  const shared = {
    store: commitStore(client, environment('COMMITS_TABLE')),
    snapshots: onlyRead(snapshotStore(client, environment('SNAPSHOTS_TABLE'))),
    keys: { hash: systemHash },
    clock: systemClock,
    log,
    settings: defaultSettings,
  };
  return (decider, category = decider.category) => ({ ...shared, decider, code: foldHash(category) });
};
