import type { Actor } from '../../lib/core/access.ts';
import { type AnyDecider, decide, fold, isRefusal, type Refusal } from '../../lib/core/decider.ts';
import { givenStates } from '../../lib/core/fact/facts.ts';
import { later } from '../../lib/core/instant.ts';
import type { Message } from '../../lib/core/message.ts';
import { type ProcessStep, processDecider } from '../../lib/core/process/decider.ts';
import { type Instance, nextSends } from '../../lib/core/process/instance.ts';
import type { SendOutcome } from '../../lib/core/process/outcome.ts';
import type { AnyProcess } from '../../lib/core/process/process.ts';
import { parseStream } from '../../lib/core/stream.ts';
import { storeEvent } from '../../lib/core/version.ts';

const robot: Actor = { id: 'process', kind: 'process', roles: [] };
type Stream = { state: unknown; events: Message[]; taken: number };
type Act = () => void;

/**
 * Aggregates and processes without any machinery between them: whatever could come next is a list of acts, from which the dice choose. What
 * took effect on a target and what the instance knows of it are two acts, as after a crash in between.
 */
export const interleaving = (deciders: readonly AnyDecider[], processes: readonly AnyProcess[], random: () => number) => {
  const streams = new Map<string, Stream>();
  const effects = new Map<string, SendOutcome>();
  let at = '2026-11-21T12:00:00.000Z';

  const deciderOf = (name: string): AnyDecider => {
    const category = parseStream(name)?.category;
    const own = processes.find((process) => process.category === category);
    return own ? processDecider(own) : deciders.find((decider) => decider.category === category)!;
  };
  const streamOf = (name: string): Stream => {
    const stream = streams.get(name) ?? { state: deciderOf(name).initial, events: [], taken: 0 };
    streams.set(name, stream);
    return stream;
  };
  const handle = (name: string, command: Message, actor: Actor): readonly Message[] | Refusal => {
    const [decider, stream] = [deciderOf(name), streamOf(name)];
    const facts = givenStates(
      decider.commands[command.type]?.facts ?? {},
      command.data,
      (fact, id) => streamOf(`${fact.decider.category}-${id}`).state,
    );
    const context = { id: parseStream(name)?.id ?? name, actor, at, facts };
    const outcome = decide(decider, stream.state, command, context);
    if (isRefusal(outcome)) return outcome;
    for (const event of outcome) storeEvent(decider.events, event);
    stream.state = fold(decider, stream.state, outcome);
    stream.events.push(...outcome);
    return outcome;
  };
  const drive = (name: string, step: ProcessStep) => handle(name, step, robot);

  const deliveries = (process: AnyProcess): Act[] =>
    [...streams].flatMap(([name, stream]) => {
      const event = stream.events[stream.taken];
      const { category, id: entityId = '' } = parseStream(name) ?? {};
      const source = process.from.find((each) => each.category === category);
      if (!source || !event) return [];
      return () => {
        stream.taken += 1;
        const place = { id: `${name}/${stream.taken}`, stream: name, version: stream.taken, commit: stream.taken, at };
        const by = { actor: 'ada', correlation: 'c', causation: 'r' };
        const instance = process.instance({ ...event, ...place, ...by, entityId } as never);
        if (instance === undefined) return;
        const cause = { event: { ...storeEvent(source.events, event), ...place, ...by } };
        drive(`${process.category}-${instance}`, { type: 'React', data: { causes: [cause] } });
      };
    });

  const attending = (name: string, instance: Instance): Act[] => [
    ...nextSends(instance).map(({ number, attempt, to, command }) => () => {
      const key = `${name}/${number}/${attempt}`;
      const known = effects.get(key);
      if (known) {
        drive(name, { type: 'Answer', data: { outcomes: [known] } });
        return;
      }
      const outcome = handle(to, command as Message, robot);
      const refused = isRefusal(outcome) ? { reason: outcome.refused, detail: outcome.detail } : undefined;
      effects.set(key, { number, attempt, commit: 1, at, ...(refused && { refused }) });
    }),
    ...(instance.status === 'running' && instance.deferred.length > 0
      ? [() => void drive(name, { type: 'Continue', data: {} })]
      : []),
  ];

  const deadlines = (name: string, instance: Instance): Act[] =>
    Object.values(instance.status === 'running' && instance.deferred.length === 0 ? instance.deadlines : {}).map((open) => () => {
      if (open.at > at) at = open.at;
      drive(name, { type: 'Due', data: { due: [{ name: open.name, setBy: open.setBy }] } });
    });

  const instances = () =>
    [...streams].flatMap(([name, { state }]) =>
      processes.some(({ category }) => name.startsWith(`${category}-`)) ? [[name, state as Instance] as const] : [],
    );

  return {
    handle,
    instances,
    state: (name: string) => streamOf(name).state,
    events: (category: string) => [...streams].flatMap(([name, { events }]) => (name.startsWith(`${category}-`) ? events : [])),
    /** Something that could happen now happens; false where nothing is left. Deadlines are rare while there is anything else. */
    act: (): boolean => {
      at = later(at, { seconds: 1 });
      const acts = [...processes.flatMap(deliveries), ...instances().flatMap(([name, instance]) => attending(name, instance))];
      const waiting = instances().flatMap(([name, instance]) => deadlines(name, instance));
      const choice = acts.length === 0 || random() < 0.05 ? [...acts, ...waiting] : acts;
      choice[Math.floor(random() * choice.length)]?.();
      return choice.length > 0;
    },
  };
};
