import { decide, isRefusal } from '../core/decider.ts';
import { effectName } from '../core/effect/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Message } from '../core/message.ts';
import { processDecider } from '../core/process/decider.ts';
import type { OpenSend } from '../core/process/instance.ts';
import { literal } from './literal.ts';
import type { Opened } from './opened.ts';
import { processOf } from './reaction.ts';
import { eventsUpTo, messages, minute, NoTest, written } from './test-text.ts';

type ReactedData = Readonly<{ sends: readonly OpenSend[]; set: readonly Readonly<{ name: string; at: string }>[] }>;

/** The decision of a reaction in the form in which tests expect it. */
const reactionOf = (raises: object, events: readonly Message[]): object => {
  const reacted = events.filter(({ type }) => type === 'Reacted').map(({ data }) => data as ReactedData);
  const all = reacted.flatMap(({ sends }) => sends);
  const follows = ({ done, refused, timedOut }: OpenSend) => ({ done, refused, timedOut });
  const send = all
    .filter(({ performs }) => !performs)
    .map((each) => ({ to: each.to, command: { type: each.command.type, data: each.command.data }, ...follows(each) }));
  const perform = all
    .filter(({ performs }) => performs)
    .map((each) => ({
      effect: effectName(each.to),
      input: (each.command.data as { input: { data: unknown } }).input.data,
      ...follows(each),
    }));
  const setDeadlines = Object.fromEntries(reacted.flatMap(({ set }) => set.map(({ name, at }) => [name, at] as const)));
  const raise = messages(events.filter(({ type }) => Object.hasOwn(raises, type)));
  const end = events.find(({ type }) => type === 'Ended')?.data as { how: string } | undefined;
  const parts = { send, perform, setDeadlines, raise, end: end?.how };
  return Object.fromEntries(
    Object.entries(parts).filter(([, part]) => part !== undefined && (typeof part === 'string' || Object.keys(part).length > 0)),
  );
};

/** The first reaction of an instance: that to one event. */
export const processTest = (manifest: Manifest, opened: Opened, to: number, name: string, isFirst: boolean): string => {
  const process = processOf(manifest, name);
  const { stream } = opened;
  const events = (eventsUpTo(manifest, opened, to).at(-1) ?? []).map((event, i) => ({ event, i }));
  const reactedTo = events.filter(({ event }) => process.on[event.type] !== undefined);
  const [only] = reactedTo;
  if (!isFirst || reactedTo.length !== 1 || !only)
    throw new NoTest(
      'Only the first reaction of an instance, to one event, is copied: a later one follows from more than this stream.',
    );
  const stored = opened.commits[to - 1]!.events[only.i]!;
  const at = minute(1);
  const place = {
    id: `${stream}/1`,
    stream,
    version: 1,
    commit: 1,
    at,
    actor: 'ada',
    correlation: 'c-1',
    causation: 'request-1',
  };
  const decider = processDecider(process);
  const context = { id: '1', actor: { id: name, kind: 'process', roles: [] }, at } as const;
  const outcome = decide(
    decider,
    decider.initial,
    { type: 'React', data: { causes: [{ event: { ...stored, ...place } }] } },
    context,
  );
  if (isRefusal(outcome) || outcome.some(({ type }) => type === 'InstanceParked')) throw new NoTest('The instance parks.');
  return written({
    uses: ['from', 'reacting'],
    setUp: `const process = manifest.processes?.find(({ category }) => category === ${literal(name)}) as never;`,
    title: `${name} on ${only.event.type} of ${stream}`,
    body: `  reacting(process)()\n    .when(from(${literal(stream)}, ${literal(only.event, '    ')}))\n    .then(${literal(reactionOf(process.raises ?? {}, outcome), '    ')});`,
  });
};
