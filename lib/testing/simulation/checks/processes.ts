import { type Commit, recordedEvents } from '../../../core/commit.ts';
import { effectCategory } from '../../../core/effect/decider.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { effectsOf } from '../../../core/process/decider.ts';
import type { AnyProcess } from '../../../core/process/process.ts';
import { reservationCategory } from '../../../core/reservation.ts';
import { parseStream, streamName } from '../../../core/stream.ts';
import { tagCategory } from '../../../core/tag/stream.ts';
import { readEvent } from '../../../core/version.ts';
import type { SimulatedProcesses } from '../world/processes.ts';
import type { Work } from '../world/provider.ts';
import { decisionFault } from './decisions.ts';
import { effectsFault } from './effects.ts';
import { instancePast, type PastOfInstance } from './instance.ts';
import type { Streams } from './instance-book.ts';

type AtRest = Pick<SimulatedProcesses, 'parts' | 'deadlines'> &
  Readonly<{
    now: string;
    count: (what: string) => void;
    work: () => readonly Work[];
    keysBefore: () => ReadonlyMap<string, string>;
  }>;

/** `process/<instance's stream>/<number>/<attempt>`: the id of a command that an instance sent. */
const sentId = /^process\/([^/]+)\/(\d+)\/(\d+)$/;

/** The faults of the commands on targets: each once, under an id of its send, in the order decided, and with an outcome that its sender knows. */
const targetsFault = (process: AnyProcess, streams: Streams, pasts: ReadonlyMap<string, PastOfInstance>): string | undefined => {
  for (const [to, commits] of streams) {
    // The unique values and the tags of a command are committed with it, under its id.
    if ([reservationCategory, tagCategory].includes(parseStream(to)?.category ?? '')) continue;
    const last = new Map<string, number>();
    for (const { command, commit } of commits) {
      const [, instance = '', number, attempt] = sentId.exec(command) ?? [];
      if (parseStream(instance)?.category !== process.category) continue;
      const where = `${to} ${commit} (${command})`;
      const send = pasts.get(instance)?.sends.get(Number(number));
      if (!send) return `${where} took effect, and nobody decided it`;
      if (!send.outcomes.some((outcome) => outcome.attempt === Number(attempt) && outcome.commit === commit && send.to === to))
        return `${where} took effect, and its instance knows nothing of it`;
      if (send.putOff && Number(attempt) > 1) continue;
      if (Number(number) < (last.get(instance) ?? 0))
        return `${where} took effect after the later one with the number ${last.get(instance)}`;
      last.set(instance, Number(number));
    }
  }
  return undefined;
};

/** The source commits that concern each instance, in order. */
const sourcesOf = (process: AnyProcess, streams: Streams): ReadonlyMap<string, readonly (readonly Commit[])[]> => {
  const concerned = new Map<string, Commit[][]>();
  for (const [stream, commits] of streams) {
    const source = process.from.find(({ category }) => parseStream(stream)?.category === category);
    if (!source) continue;
    const own = new Map<string, Commit[]>();
    for (const commit of commits) {
      if (commit.imported !== undefined || commit.at < process.since) continue;
      const handled = recordedEvents(commit, (stored) =>
        process.on[stored.type] ? readEvent(source.events, stored) : { type: stored.type, data: undefined },
      ).filter(({ type }) => process.on[type]);
      for (const id of new Set(handled.map((event) => process.instance(event as never))))
        if (id !== undefined) own.set(id, [...(own.get(id) ?? []), commit]);
    }
    for (const [id, all] of own) {
      const instance = streamName(process.category, id);
      concerned.set(instance, [...(concerned.get(instance) ?? []), all]);
    }
  }
  return concerned;
};

const restFault = ({ left, status, parked, deadlines }: PastOfInstance, stream: string, now: string): string | undefined => {
  if (left.length > 0) return `${stream} is ${status} and hangs: ${left.join(', ')}`;
  if (parked?.thrown === '') return `${stream} is parked without a reason`;
  const overdue = status === 'running' ? [...deadlines.values()].find(({ at }) => at <= now) : undefined;
  return overdue && `${stream} hangs: its deadline '${overdue.name}' was due at ${overdue.at} and never fired`;
};

/** Every deadline in the list, and every timer, must be of an open deadline; every open deadline must have both. */
const deadlinesFault = (pasts: ReadonlyMap<string, PastOfInstance>, { parts, deadlines, now }: AtRest): string | undefined => {
  const listed = deadlines.items();
  const shots = parts.flatMap(({ scheduler }) => scheduler.pending());
  for (const { instance, name, setBy } of listed) {
    const past = pasts.get(instance);
    const open = past?.deadlines.get(name);
    if (past?.status !== 'running' || open?.setBy !== setBy)
      return `the deadline '${name}' (${setBy}) of ${instance} is left over in the list`;
  }
  for (const { message } of shots) {
    if (!('due' in message)) return `a one-shot says ${JSON.stringify(message)}`;
    const { instance, name, setBy } = message.due;
    if (pasts.get(instance)?.deadlines.get(name)?.setBy !== setBy)
      return `the one-shot of the deadline '${name}' (${setBy}) of ${instance} is left over`;
  }
  for (const [instance, { status, deadlines: open }] of pasts)
    for (const { name, setBy, at } of status === 'running' ? open.values() : [])
      if (at > now && !listed.some((item) => item.instance === instance && item.name === name && item.setBy === setBy))
        return `the deadline '${name}' of ${instance} is open, and nobody waits for it`;
  return undefined;
};

/** The faults of the processes, by their protocol and without the engine's code. */
export const processesFault = (releases: readonly Manifest[], streams: Streams, rest: AtRest): string | undefined => {
  const all = new Map<string, PastOfInstance>();
  for (const { newest, cursors } of rest.parts) {
    const { category } = newest;
    const versions = releases.flatMap(({ processes = [] }) => processes.filter((process) => process.category === category));
    const pasts = new Map<string, PastOfInstance>();
    for (const [stream, commits] of streams) {
      if (parseStream(stream)?.category !== category) continue;
      const past = instancePast(stream, commits, streams);
      if (typeof past === 'string') return past;
      const fault = restFault(past, stream, rest.now);
      if (fault !== undefined) return fault;
      rest.count(`instances ${past.ended === 'resolved' ? 'resolved' : past.status}`);
      pasts.set(stream, past);
      all.set(stream, past);
    }
    const onTargets = targetsFault(newest, streams, pasts);
    if (onTargets !== undefined) return onTargets;
    for (const [instance, sources] of sourcesOf(newest, streams))
      for (const commits of sources) {
        const fault = decisionFault(versions, instance, { commits, own: streams.get(instance) ?? [] });
        if (fault !== undefined) return fault;
        const { stream, commit } = commits.at(-1)!;
        if ((cursors.get(stream) ?? 0) < commit)
          return `${category} has not come further than ${cursors.get(stream)} in ${stream}`;
      }
  }
  const categories = new Set(releases.flatMap((manifest) => effectsOf(manifest).map(({ name }) => effectCategory(name))));
  return (
    deadlinesFault(all, rest) ??
    effectsFault({ streams, categories, instances: all, work: rest.work(), keysBefore: rest.keysBefore(), count: rest.count })
  );
};
