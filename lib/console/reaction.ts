import type { Commit } from '../core/commit.ts';
import { decide, isRefusal } from '../core/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Message } from '../core/message.ts';
import { processDecider } from '../core/process/decider.ts';
import type { Instance } from '../core/process/instance.ts';
import type { AnyProcess } from '../core/process/process.ts';
import { parseStream, streamName } from '../core/stream.ts';
import { causesIn, concerns } from '../engine/process/react.ts';
import { foldCommit } from '../engine/store/fold-commit.ts';

export const processOf = ({ processes = [] }: Manifest, name: string): AnyProcess => {
  const process = processes.find(({ category }) => category === name);
  if (!process) throw new Error(`The domain's code has no process ${name}.`);
  return process;
};

/** The streams of the instances that a commit concerns. */
export const instancesOf = (process: AnyProcess, commit: Commit): readonly string[] =>
  concerns(process, commit) ? [...causesIn(process, commit).keys()].map((id) => streamName(process.category, id)) : [];

/** One instance before and after it reacted to a commit, and what it decided. */
export type Reacted = Readonly<{
  instance: string;
  before: Shown;
  after: Shown;
  sends: readonly Readonly<{ to: string; command: string; data: unknown }>[];
  deadlines: Readonly<Record<string, string>>;
  cancelled: readonly string[];
  ended?: string;
  fault?: string;
  /** The commit of the instance in which it reacted, once it has. */
  stored?: number;
}>;

type Shown = Readonly<{ status: string; memory: unknown; deadlines: object; waiting: readonly string[] }>;

const shown = ({ status, memory, deadlines, sends, performing }: Instance): Shown => ({
  status,
  memory,
  deadlines: Object.fromEntries(Object.values(deadlines).map(({ name, at }) => [name, at])),
  waiting: [...sends, ...performing].map(({ to, command }) => `${command.type} to ${to}`),
});

type ReactedData = Readonly<{
  sends: readonly Readonly<{ to: string; command: Readonly<{ type: string; data: unknown }> }>[];
  set: readonly Readonly<{ name: string; at: string }>[];
  cancelled: readonly Readonly<{ name: string }>[];
}>;

const dataOf = <T>(events: readonly Message[], type: string): readonly T[] =>
  events.filter((event) => event.type === type).map(({ data }) => data as T);

/**
 * Lets an instance react to a commit once more, by the code that decides in production. `history` is the instance's own stream: what it went through before
 * this commit is folded, and what it did about the commit is decided anew.
 */
export const reactAgain = (process: AnyProcess, commit: Commit, instance: string, history: readonly Commit[]): Reacted => {
  const decider = processDecider(process);
  const id = `process/${process.category}/${commit.stream}/${commit.commit}`;
  const stored = history.find(({ command }) => command === id || command.startsWith(`${id}/`));
  const earlier = stored ? history.filter(({ commit: number }) => number < stored.commit) : history;
  const before = earlier.reduce<unknown>((state, each) => foldCommit(decider, state, each), decider.initial) as Instance;
  const own = parseStream(instance)?.id ?? '';
  const causes = causesIn(process, commit).get(own) ?? [];
  const context = { id: own, actor: { id: process.category, kind: 'process', roles: [] }, at: stored?.at ?? commit.at } as const;
  const outcome = decide(decider, before, { type: 'React', data: { causes } }, context);
  const events = isRefusal(outcome) ? [] : outcome;
  const after = events.reduce<unknown>((state, { type, data }) => decider.evolve[type]?.(state as never, data as never), before);
  const reacted = dataOf<ReactedData>(events, 'Reacted');
  const [ended] = dataOf<Readonly<{ how: string }>>(events, 'Ended');
  const [parked] = dataOf<Readonly<{ thrown: string }>>(events, 'InstanceParked');
  return {
    instance,
    before: shown(before),
    after: shown(after as Instance),
    sends: reacted.flatMap(({ sends }) => sends.map(({ to, command: { type, data } }) => ({ to, command: type, data }))),
    deadlines: Object.fromEntries(reacted.flatMap(({ set }) => set.map(({ name, at }) => [name, at] as const))),
    cancelled: reacted.flatMap(({ cancelled }) => cancelled.map(({ name }) => name)),
    ...(ended && { ended: ended.how }),
    ...(parked && { fault: parked.thrown }),
    ...(stored && { stored: stored.commit }),
  };
};
