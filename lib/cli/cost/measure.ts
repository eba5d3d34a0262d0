import type { Role } from '../../core/access/roles.ts';
import type { Actor } from '../../core/access.ts';
import type { LoadCall, LoadCommand, LoadMix, LoadSetup } from '../../core/declare/load.ts';
import { madeUp } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { CommitForm } from '../../core/settings/fields.ts';
import { streamName } from '../../core/stream.ts';
import { withTime } from '../../engine/cost/durations.ts';
import { addCounts, type Count, timesCount } from '../../engine/cost/prices.ts';
import type { Demand, SharedKey } from '../../engine/cost/quotas.ts';
import { inProcess } from '../../testing/costing/in-process.ts';
import { type Sent, waitedFor } from '../../testing/costing/parts.ts';
import { tallied } from '../../testing/costing/tally.ts';
import { memoryKeys } from '../../testing/ports.ts';
import { UserError } from '../terminal/user-error.ts';
import type { Written } from './ledger.ts';
import { notedTables } from './tables.ts';

/** So many callers send each command at the same time, as a full batch has it, and so often. */
const callers = 10;
const rounds = 4;
const samples = callers * rounds;

/** What one command of a kind comes to, end to end: by part, by table, and under which keys. */
export type Measured = Readonly<{
  command: string;
  weight: number;
  parts: ReadonlyMap<string, Count>;
  written: readonly Written[];
  /** Refused commands of the sample: they cost next to nothing, and are in it. */
  refused: number;
}>;

type Caller = Readonly<{ run: string; me: string; random: () => number }>;

/** A word of eight digits, as a run of `foldstream load` has one: longer ids would make larger items. */
const runLength = 8;

const madeCallers = (seed: number): readonly Caller[] =>
  Array.from({ length: callers }, (_, n) => {
    const keys = memoryKeys(seed * callers + n);
    return { run: keys.randomId().slice(0, runLength), me: keys.randomId(), random: keys.random };
  });

const callOf = ({ run, me, random }: Caller, n: number): LoadCall => ({
  ...{ run, me, n },
  below: (limit) => Math.floor(random() * limit),
  pick: (from) => from[Math.floor(random() * from.length)]!,
  chance: (probability) => random() < probability,
});

const actorOf = (me: string, as = 'customer'): Actor => ({ id: me, kind: 'user', roles: as === 'customer' ? [] : [as as Role] });

const schemaOf = (manifest: Manifest, { category, command }: Pick<LoadSetup, 'category' | 'command'>) => {
  const format = manifest.aggregates.find((each) => each.category === category)?.commands[command];
  if (format) return format.schema;
  throw new UserError(
    `The mix names the command ${command} of ${category}, which the manifest does not have.`,
    'Correct the mix: `category` and `command` are named as the aggregate declares them, such as account and Deposit.',
  );
};

const sentBy = (manifest: Manifest, call: LoadCall, { category, command, id, body, as }: LoadCommand): Sent => {
  const data = body ? body(call) : madeUp(schemaOf(manifest, { category, command }))(call)?.data;
  if (typeof data !== 'object' || data === null)
    throw new UserError(`No body can be made up for ${command} of ${category}.`, 'Give the command of the mix a `body`.');
  return { stream: streamName(category, id(call)), type: command, data, actor: actorOf(call.me, as) };
};

/** The deployment after the setup of the mix, for each caller. */
const prepared = async (manifest: Manifest, mix: LoadMix, batch: number, form: CommitForm) => {
  const tally = tallied();
  const { tablesOf, written } = notedTables(manifest, tally, form);
  const { send, settle } = inProcess(manifest, { tablesOf, tally, batch });
  const all = madeCallers(mix.seed ?? 1);
  const setups = all.map((caller) => ({ caller, of: mix.setup?.(callOf(caller, -1)) ?? [] }));
  for (let i = 0; setups.some(({ of }) => i < of.length); i++)
    await send(
      setups.flatMap(({ caller: { me }, of }) => {
        const step = of[i];
        if (!step) return [];
        schemaOf(manifest, step);
        const { category, command, id, body, as } = step;
        return [{ stream: streamName(category, id), type: command, data: body, actor: actorOf(me, as) }];
      }),
    ).then(settle);
  return { all, send, settle, taken: () => ({ parts: tally.take(), written: written() }) };
};

const perSample = (
  manifest: Manifest,
  { parts, written }: Readonly<{ parts: ReadonlyMap<string, Count>; written: readonly Written[] }>,
): ReadonlyMap<string, Count> => {
  const all = new Map(parts);
  const waited = waitedFor(manifest, parts);
  for (const { part, units } of written) all.set(part, addCounts(all.get(part) ?? {}, { writeUnits: units }));
  return new Map(
    [...all].map(([part, count]) => [part, withTime(timesCount(count, 1 / samples), (waited.get(part) ?? 0) / samples)]),
  );
};

/** Runs each command of a mix, and everything that follows from it, over tables in memory that count units by DynamoDB's rule. */
export const measure = async (
  manifest: Manifest,
  mix: LoadMix,
  batch: number,
  form: CommitForm,
): Promise<readonly Measured[]> => {
  const { all, send, settle, taken } = await prepared(manifest, mix, batch, form);
  const measured: Measured[] = [];
  let n = 0;
  for (const command of mix.commands) {
    schemaOf(manifest, command);
    taken();
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const answers = await send(all.map((caller) => sentBy(manifest, callOf(caller, n++), command)));
      refused += answers.filter(({ outcome }) => outcome !== 'committed').length;
      await settle();
    }
    const name = `${command.category} ${command.command}`;
    if (refused === samples)
      throw new UserError(
        `Every ${name} of the mix was refused: there is nothing to count.`,
        "Let the mix's `setup` make what the command needs, and its `body` something that is accepted.",
      );
    const used = taken();
    measured.push({
      command: name,
      weight: command.weight ?? 1,
      parts: perSample(manifest, used),
      written: used.written,
      refused,
    });
  }
  return measured;
};

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** Keys without an id of a caller, a run or a command: all commands write them. Those that differ in digits only share the load. */
const sharedKeys = (written: readonly Written[], runs: readonly string[]): readonly SharedKey[] => {
  const families = new Map<string, { at: string; keys: Set<string>; units: number; of?: number | undefined }>();
  for (const { at, key, units, of } of written) {
    if (uuid.test(key) || runs.some((run) => key.includes(run))) continue;
    const form = `${at} ${key.replaceAll(/\d+/g, '#')}`;
    const family = families.get(form) ?? { at, keys: new Set<string>(), units: 0, of };
    families.set(form, family);
    family.keys.add(key);
    family.units += units;
  }
  return [...families].map(([form, { at, keys, units, of }]) => ({
    at,
    key: keys.size === 1 ? [...keys][0]! : form.slice(at.length + 1),
    keys: of ?? keys.size,
    units: units / samples,
  }));
};

/** The shares of the commands of a mix, by their weights. */
const sharesOf = (measured: readonly Measured[]): readonly number[] => {
  const all = measured.reduce((sum, { weight }) => sum + weight, 0);
  return measured.map(({ weight }) => weight / all);
};

/** What one command of the mix comes to, by part. */
export const mixed = (measured: readonly Measured[]): ReadonlyMap<string, Count> => {
  const shares = sharesOf(measured);
  const parts = new Map<string, Count>();
  measured.forEach((each, i) => {
    for (const [part, count] of each.parts) parts.set(part, addCounts(parts.get(part) ?? {}, timesCount(count, shares[i] ?? 0)));
  });
  return parts;
};

/** The same as the quotas see it. */
export const demandOf = (measured: readonly Measured[], seed = 1): Demand => {
  const runs = madeCallers(seed).map(({ run }) => run);
  const shares = sharesOf(measured);
  const parts = [...mixed(measured).values()];
  const weighted = measured.flatMap(({ written }, i) =>
    written.map((each) => ({ ...each, units: each.units * (shares[i] ?? 0) })),
  );
  const tables: Record<string, number> = {};
  for (const { at, units } of weighted) tables[at] = (tables[at] ?? 0) + units / samples;
  return { count: addCounts(...parts), tables, keys: sharedKeys(weighted, runs) };
};

/** The gigabytes that one command of the mix leaves in tables and indexes; of those, what point-in-time recovery keeps as well. */
export const leftBehind = (
  measured: readonly Measured[],
): Readonly<{ storedGigabytes: number; recoverableGigabytes: number }> => {
  const shares = sharesOf(measured);
  const bytesOf = (wanted: (at: string) => boolean) =>
    measured.reduce(
      (sum, { written }, i) =>
        sum + written.reduce((own, { at, bytes }) => own + (wanted(at) ? bytes : 0), 0) * ((shares[i] ?? 0) / samples),
      0,
    );
  return {
    storedGigabytes: bytesOf(() => true) / 1e9,
    recoverableGigabytes: bytesOf((at) => ['commits', 'control', 'deadlines'].includes(at)) / 1e9,
  };
};
