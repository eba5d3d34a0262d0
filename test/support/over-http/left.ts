import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { hpkeBox } from '../../../lib/aws/personal/box.ts';
import { kmsKeyPairs } from '../../../lib/aws/personal/kms.ts';
import { openingKeys, sealingKeys } from '../../../lib/aws/personal/subject-keys.ts';
import type { Deployment } from '../../../lib/cli/local/deployment.ts';
import { type Commit, storedEvents } from '../../../lib/core/commit.ts';
import { isSealed, isSealedLike, partsOf, type Sealed } from '../../../lib/core/personal/sealed.ts';
import { fromBase64Url } from '../../../lib/engine/personal/bytes.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { aadOf } from '../../../lib/engine/personal/place.ts';
import { DoesNotOpen, type PrivateHalf } from '../../../lib/engine/personal/ports.ts';
import { type Found, itemsOf } from './everything.ts';
import { jsonIn } from './marked.ts';

const box = hpkeBox();

/** The keys of a deployment's subjects, as its functions have them. */
export const keysOf = ({ stack: deployment, outputs }: Deployment) => {
  const keyPairs = kmsKeyPairs(outputs.SubjectsKey!);
  const of = { client: new DynamoDBClient({}), table: outputs.KeysTable!, deployment, keyPairs };
  return { ...of, opening: openingKeys(of), sealing: sealingKeys(of) };
};

const isCommit = (value: object): value is Commit =>
  ['sealed', 'events'].every((name) => Array.isArray((value as Record<string, unknown>)[name])) && 'stream' in value;

/** All sealed values in JSON, in their whole form. What looks like one and cannot be put together fails. */
const sealedIn = (value: unknown): readonly Sealed[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (isSealed(value)) return [value];
  if (isSealedLike(value)) throw new Error(`A sealed value without its encapsulation: ${JSON.stringify(value)}`);
  return Object.values(isCommit(value) ? { ...value, events: storedEvents(value) } : value).flatMap(sealedIn);
};

/** All versions of all key pairs that are left, unwrapped by KMS. */
const halvesLeft = async (deployment: Deployment): Promise<readonly PrivateHalf[]> => {
  const { keyPairs, table } = keysOf(deployment);
  const halves: PrivateHalf[] = [];
  for await (const { id, pairs } of itemsOf(table)) {
    const subject = /^pairs\/(.*)$/s.exec(String(id))?.[1];
    for (const [version, { wrapped }] of Object.entries(
      (subject && pairs ? pairs : {}) as Record<string, { wrapped: Uint8Array }>,
    )) {
      const wrapping = { deployment: deployment.stack, subject: subject!, version: Number(version) };
      halves.push({ subject: subject!, version: Number(version), key: await keyPairs.unwrap(wrapped, wrapping) });
    }
  }
  return halves;
};

/** What one key makes of a value, whoever's it says that it is. */
const triedWith = async (half: PrivateHalf, value: Sealed): Promise<readonly string[]> => {
  const parts = partsOf(value);
  const found: string[] = [];
  for (const said of [parts, { ...parts, subject: half.subject, version: half.version }])
    try {
      const sealed = { ciphertext: fromBase64Url(parts.ciphertext), aad: aadOf(said) };
      found.push(Buffer.from(await box.open(half, fromBase64Url(parts.encapsulation), sealed)).toString());
    } catch (error) {
      if (!(error instanceof DoesNotOpen)) throw error;
    }
  return found;
};

type Tried = Readonly<{ places: readonly string[]; subject: string; shown: unknown; opened: readonly string[] }>;

/** Each sealed value that lies about: what a reader is shown, and what all keys that are left make of it. */
export const triedWithAllThatIsLeft = async (
  deployment: Deployment,
  everything: AsyncIterable<Found>,
): Promise<readonly Tried[]> => {
  const halves = await halvesLeft(deployment);
  const values = new Map<string, Readonly<{ places: Set<string>; value: Sealed }>>();
  for await (const { place, value } of everything)
    for (const one of sealedIn(jsonIn(value))) {
      const name = JSON.stringify(one);
      const { places } = values.get(name) ?? { places: new Set() };
      values.set(name, { places: places.add(place), value: one });
    }
  const opening = { keys: keysOf(deployment).opening, box };
  const tried = [...values.values()].map(async ({ places, value }) => ({
    places: [...places],
    subject: value.of,
    shown: await opened(opening, value),
    opened: [...new Set((await Promise.all(halves.map((half) => triedWith(half, value)))).flat())],
  }));
  return Promise.all(tried);
};
