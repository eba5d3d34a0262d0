import type { Written } from '../../../lib/cli/cost/ledger.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandRequest } from '../../../lib/engine/command/request.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { sqs } from '../../../lib/engine/limits.ts';
import { memoryKeys } from '../../../lib/testing/ports.ts';
import type { CommandProfile, Consumed, Consumer, Profile, Work } from '../profile.ts';
import { type Ids, itemsOf, usesOf } from './keys.ts';
import { type RecordedSystem, recordedSystem } from './system.ts';

/** So many commands of each kind, each on accounts of its own: enough to meet every key that is shared. */
const usualSample = 40;
/** Commits of an account before its sampled command. */
const history = 20;

type Spent = {
  calls: number;
  milliseconds: number;
  requests: number;
  readUnits: number;
  written: Written[];
  records: number;
  handed: number;
  scheduled: number;
};
const nothing = (): Spent => ({
  ...{ calls: 0, milliseconds: 0, requests: 0, readUnits: 0, written: [] },
  ...{ records: 0, handed: 0, scheduled: 0 },
});

type Done = Readonly<{
  milliseconds: number;
  requests: number;
  readUnits: number;
  written: readonly Written[];
  scheduled: number;
}>;
const spend = (spent: Spent, done: Done, records: number): void => {
  spent.calls += 1;
  spent.records += records;
  // A call of many weighs more than the rest of a sample.
  spent.milliseconds += done.milliseconds * records;
  spent.requests += done.requests;
  spent.readUnits += done.readUnits;
  spent.scheduled += done.scheduled;
  spent.written.push(...done.written);
};

const workOf = ({ milliseconds, requests, readUnits, written, records }: Spent, ids: Ids): Work => ({
  milliseconds: records && milliseconds / records,
  requests: records && requests / records,
  readUnits: records && readUnits / records,
  writeUnits: records && written.reduce((sum, { units }) => sum + units, 0) / records,
  uses: usesOf(written, ids, Math.max(1, records)),
  items: itemsOf(written, ids, Math.max(1, records)),
});

/** Batches in the order of arrival. Where streams are many, no batch has two commits of one; while accounts are made, a batch has all of each. */
const batchesOf = (all: readonly Delivered[], size: number | 'whole streams'): readonly (readonly Delivered[])[] => {
  if (size === 'whole streams') return [...Map.groupBy(all, ({ stream }) => stream).values()];
  const batches: Delivered[][] = [];
  const after = new Map<string, number>();
  for (const one of all) {
    let at = after.get(one.stream) ?? 0;
    while ((batches[at]?.length ?? 0) >= size) at += 1;
    if (batches[at]) batches[at]!.push(one);
    else batches[at] = [one];
    after.set(one.stream, at + 1);
  }
  return batches;
};

/** Records of one call: as many as it may have, one, or, while accounts are made, whole streams. */
type Size = 'full' | 'alone' | 'whole streams';

type Told = Readonly<{ by: Map<string, Spent>; published: number; bytes: number; matched: number }>;

/** Publishes what was stored, hands it to the consumers in batches, and goes on until nothing new is stored. */
const deliver = async (system: RecordedSystem, size: Size): Promise<Told> => {
  const by = new Map<string, Spent>();
  let [published, bytes, matched] = [0, 0, 0];
  for (;;) {
    const entries = await system.publish();
    if (entries.length === 0) return { by, published, bytes, matched };
    published += entries.length;
    bytes += entries.reduce((sum, { detail }) => sum + Buffer.byteLength(detail), 0);
    const sent = entries.map((entry) => ({ entry, delivered: JSON.parse(entry.detail) as Delivered }));
    for (const taker of system.takers) {
      const { name, takenBy, take, batchSize } = taker;
      const most = size === 'full' ? batchSize : size === 'alone' ? 1 : size;
      const spent = by.get(name) ?? nothing();
      const wanted = sent.flatMap(({ entry, delivered }) => {
        const handed = takenBy(entry);
        spent.handed += handed;
        return handed > 0 ? [delivered] : [];
      });
      matched += wanted.length;
      for (const batch of batchesOf(wanted, most)) {
        const done = await system.work(() => take(batch));
        if (done.value.length > 0)
          throw new Error(`${name} gave ${done.value.length} records back: the sample is to have no failures.`);
        spend(spent, done, batch.length);
      }
      if (spent.calls > 0) by.set(name, spent);
    }
  }
};

const kinds = ['deposit', 'withdrawal', 'transfer'] as const;
type Kind = (typeof kinds)[number];
type Account = Readonly<{ id: string; owner: string }>;

/** Some commands of one kind and all that follows from them, in batches of one size. */
const record = async (manifest: Manifest, kind: Kind, size: 'full' | 'alone', sampled: number, oneOwner = false) => {
  const system = recordedSystem(manifest);
  const keys = memoryKeys(size.length + kind.length);
  const ids = new Map<string, string>();
  const id = (name: string) => {
    const made = keys.randomId();
    ids.set(made, name);
    return made;
  };
  const send = async (
    category: string,
    of: string,
    type: string,
    data: object,
    owner: string,
    by = system.commandingFor(category),
  ) => {
    const request: CommandRequest = {
      stream: `${category}-${of}`,
      command: { type, data },
      actor: { id: owner, kind: 'user', roles: [] },
      id: `http/${keys.randomId()}`,
      digest: keys.hash(keys.randomId()),
      meta: {
        correlation: id('correlation'),
        causation: keys.randomId(),
        network: '203.0.113.0/24',
        traceparent: `00-${keys.hash('t').slice(0, 32)}-${keys.hash('s').slice(0, 16)}-01`,
      },
    };
    const done = await system.work(() => handleCommand(by, request));
    if (done.value.outcome !== 'committed')
      throw new Error(`${type} had the outcome '${done.value.outcome}': the sample is to have commands that are taken.`);
    return done;
  };
  const currency = 'EUR';
  const owner = id('owner');
  const accounts: readonly Account[] = Array.from({ length: 2 * sampled }, () => ({
    id: id('account'),
    owner: oneOwner ? owner : id('owner'),
  }));
  const opened = kind === 'transfer' ? accounts : accounts.slice(0, sampled);
  for (const { id: of, owner } of opened) {
    const warm = system.commandingFor('account');
    await send('account', of, 'Open', { currency }, owner, warm);
    for (let i = 1; i < history; i++) await send('account', of, 'Deposit', { amount: 1_000 + i, currency }, owner, warm);
  }
  await deliver(system, 'whole streams');
  const command = nothing();
  for (const [i, { id: of, owner }] of accounts.slice(0, sampled).entries()) {
    if (kind === 'transfer')
      spend(
        command,
        await send(
          'transfer',
          id('transfer'),
          'Request',
          { from: of, to: accounts[sampled + i]!.id, amount: 100, currency },
          owner,
        ),
        1,
      );
    else
      spend(command, await send('account', of, kind === 'deposit' ? 'Deposit' : 'Withdraw', { amount: 100, currency }, owner), 1);
  }
  return { command: workOf(command, ids), ids, ...(await deliver(system, size)) };
};

/** Units on what an owner's commits share in each table, for each commit. */
const onOwners = ({ uses }: Work): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const { at, key, units } of uses) if (ofOwner.test(key)) found.set(at, (found.get(at) ?? 0) + units);
  return found;
};
const ofOwner = /^[^{]*\{owner\}[^{]*$/;

/** The consumers, and where they write once for what a batch has of one owner: the same sample, once more, with all accounts of one. */
const consumersOf = async (manifest: Manifest, sampled: number): Promise<Readonly<Record<string, Consumer>>> => {
  const [one, many] = [
    await record(manifest, kinds[0], 'full', sampled, true),
    await record(manifest, kinds[0], 'full', sampled),
  ];
  return Object.fromEntries(
    recordedSystem(manifest).takers.map(({ name, takenBy: _, take: __, ...taker }) => {
      const of = ({ by, ids }: typeof one) => onOwners(workOf(by.get(name) ?? nothing(), ids));
      const [together, apart] = [of(one), of(many)];
      const merges = [...apart].flatMap(([at, units]) => ((together.get(at) ?? 0) < units / 2 ? [at] : []));
      return [name, { ...taker, ...(merges.length > 0 && { merges }) }];
    }),
  );
};

/** The profile of a release: what its engine writes for each kind of command, found by running it. */
export const profileOf = async (manifest: Manifest, release: string, sampled = usualSample): Promise<Profile> => {
  const commands: Record<string, CommandProfile> = {};
  for (const kind of kinds) {
    const [full, alone] = [await record(manifest, kind, 'full', sampled), await record(manifest, kind, 'alone', sampled)];
    const consumers = [...full.by].map(([name, spent]): readonly [string, Consumed] => [
      name,
      {
        commits: spent.records / sampled,
        handedTo: spent.handed / spent.records,
        full: workOf(spent, full.ids),
        alone: workOf(alone.by.get(name)!, alone.ids),
      },
    ]);
    commands[kind] = {
      command: full.command,
      published: full.published / sampled,
      publishedBytes: full.bytes / sampled,
      matched: full.matched / sampled,
      scheduled: [...full.by.values()].reduce((sum, { scheduled }) => sum + scheduled, 0) / sampled,
      consumers: Object.fromEntries(consumers),
    };
  }
  return { release, consumers: await consumersOf(manifest, Math.min(sampled, sqs.callMessages)), commands };
};
