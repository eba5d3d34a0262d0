import type { Commit } from '../../core/commit.ts';
import { type AnyDecider, decide, fold, isRefusal } from '../../core/decider.ts';
import { effectDecider, performanceStream } from '../../core/effect/decider.ts';
import type { AnyEffect } from '../../core/effect/effect.ts';
import { givenStates } from '../../core/fact/facts.ts';
import { madeUp } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import { subjectIn } from '../../core/personal/subject.ts';
import { effectsOf } from '../../core/process/decider.ts';
import { parseStream, streamName } from '../../core/stream.ts';
import { currentSchema, storeEvent } from '../../core/version.ts';
import type { ImportLine } from '../../engine/history/import-line.ts';
import type { Sealing } from '../../engine/personal/ports.ts';
import { sealCommit } from '../../engine/personal/seal.ts';
import type { Store } from '../../engine/ports.ts';
import { eventsIn } from '../../engine/store/fold-commit.ts';
import { diceFor } from './dice.ts';
import type { Ask, Workload } from './workload.ts';
import type { Engine } from './world/engine.ts';
import { type Pool, pool } from './world/pool.ts';
import type { SimulatedTable } from './world/table.ts';
import { distant } from './world/wire.ts';
import type { World } from './world/world.ts';

/** A history of another deployment, imported at some moment into streams that nobody else writes. */
export type ImportPlan = Readonly<{ at: number; asks: readonly Ask[] }>;

const mark = 'foreign';
const ids = ['foreign1', 'foreign2'];

/** `share` is of how many runs. */
export const importPlanFor = (seed: number, workload: Workload, share: number): ImportPlan | undefined => {
  const dice = diceFor(seed, 'import plan');
  if (!dice.chance(share)) return undefined;
  const asks = Array.from({ length: 14 }, (_, n) => ({ ...workload(dice, n), id: dice.pick(ids) }));
  return { at: dice.next() * 3_000, asks };
};

const nobody = { actor: '', correlation: '', causation: '' };

/** A commit of an export of this deployment's own, from before anybody was erased. */
const sealedAsBefore = async (sealing: Sealing | undefined, commit: Commit): Promise<Commit> => {
  const id = parseStream(commit.stream)?.id;
  const sealed = await sealCommit(sealing, commit, (options, data, where) => subjectIn(options, data, () => id, where));
  if ('erased' in sealed) throw new Error(`${sealed.erased} is erased before the run has begun.`);
  return sealed.commit;
};

/** The results of the commands in the exporting system, by the rules of the first release: commands that are not refused took effect. */
export const foreignHistory = async (
  manifest: Manifest,
  { asks }: ImportPlan,
  sealing: Sealing | undefined,
): Promise<readonly ImportLine[]> => {
  const { aggregates } = manifest;
  const states = new Map<string, unknown>();
  const places = new Map<string, Readonly<{ commit: number; version: number }>>();
  const commands: ImportLine[] = [];
  for (const [n, { category, id, type, data, actor }] of asks.entries()) {
    // A unique value is claimed by a step of its own.
    const decider: AnyDecider | undefined = aggregates.find((each) => each.category === category && !each.unique);
    if (!decider) continue;
    const stream = streamName(category, id);
    const state = states.has(stream) ? states.get(stream) : decider.initial;
    // Not so long ago that a process had nothing to do with it anyway.
    const at = new Date(Date.UTC(2026, 10, 20, 0, n)).toISOString();
    const facts = givenStates(decider.commands[type]?.facts ?? {}, data, (fact, other) => {
      const named = streamName(fact.decider.category, other);
      return states.has(named) ? states.get(named) : fact.decider.initial;
    });
    const context = { id, actor, at, facts };
    const events = decide(decider, state, { type, data }, context);
    if (isRefusal(events) || events.length === 0) continue;
    const stored = events.map((event) => storeEvent(decider.events, event));
    const before = places.get(stream) ?? { commit: 0, version: 0 };
    const place = { commit: before.commit + 1, version: before.version + stored.length };
    places.set(stream, place);
    const commit = await sealedAsBefore(sealing, { stream, ...place, events: stored, at, command: '', meta: nobody });
    states.set(stream, fold(decider, state, eventsIn(decider.events, commit)));
    commands.push({
      stream,
      at,
      events: commit.events,
      ...(commit.sealed && { ...place, sealed: [...commit.sealed] }),
    } as ImportLine);
  }
  return [...commands, ...effectsOf(manifest).flatMap(foreignPerformances)];
};

/** Performances of the exporting system: one that was asked for, one that was tried, and one that was answered. None is to be performed here. */
const foreignPerformances = (effect: AnyEffect): readonly ImportLine[] => {
  const at = '2026-11-20T00:00:00.000Z';
  const { name, input, answer } = effect;
  const dice = diceFor(1, `foreign ${name}`);
  const { events: formats } = effectDecider(effect);
  const asked = { instance: 'foreign-1', round: 1 };
  const lineOf = (number: number, type: string, data: object): ImportLine => ({
    stream: performanceStream(effect, 'foreign', '1', number),
    at,
    events: [storeEvent(formats, { type, data })],
  });
  return [1, 2, 3].flatMap((number) => [
    lineOf(number, 'EffectRequested', {
      ...{ ...asked, number, at, giveUpAt: '2027-11-20T00:00:00.000Z', correlation: 'foreign' },
      input: { v: input.current, data: madeUp(currentSchema(input))(dice)?.data },
    }),
    ...(number < 2 ? [] : [lineOf(number, 'EffectTried', { attempt: 1, key: `foreign-${number}`, until: at })]),
    ...(number < 3
      ? []
      : [
          lineOf(number, 'EffectAnswered', {
            ...{ ...asked, number, attempt: 1 },
            answer: { v: answer.current, data: madeUp(currentSchema(answer))(dice)?.data },
          }),
        ]),
  ]);
};

async function* source(lines: readonly ImportLine[]): AsyncGenerator<ImportLine> {
  yield* lines;
}

type Parts = Readonly<{ engine: Engine; table: SimulatedTable; store: Store; lines: readonly ImportLine[] }>;

/** Imports the history, and repeats the import until it completes. */
export const simulatedImport = (world: World, { engine, table, store, lines }: Parts) => {
  const importers: Pool<Parameters<Engine['importHistory']>[0]> = pool(world, 'import', (instance) => ({
    store: distant(world, instance, 'store', store),
    keys: instance.keys,
    mark,
  }));
  const streams = new Set(lines.map(({ stream }) => stream));
  const begin = async (): Promise<void> => {
    try {
      const { refusals } = await importers.invoke((importing) => engine.importHistory(importing, [source(lines)]));
      for (const { stream, commit, reason } of refusals) world.broken(`commit ${commit} of ${stream} is not imported: ${reason}`);
    } catch (cause) {
      world.note('import', () => `has to be done again: ${String(cause)}`);
      await world.time.sleep(100);
      await begin();
    }
  };
  /** The faults of the imported history: all of it must be there once, and marked. */
  const fault = (): string | undefined => {
    const there = [...streams].flatMap((stream) => table.commitsOf(stream));
    if (there.length !== lines.length) return `${there.length} commits of ${lines.length} were imported`;
    const unmarked = there.find(({ imported }) => imported !== mark);
    return unmarked && `${unmarked.stream} ${unmarked.commit} is imported, and not marked`;
  };
  return { begin, fault };
};
