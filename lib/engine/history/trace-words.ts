import type { Commit } from '../../core/commit.ts';
import { type ProcessEvent, processEvents, rememberedType } from '../../core/process/events.ts';

/** The cause of a commit: a caller's command; a process's reaction, or a later step of it; a process's command. */
export type Came = 'command' | 'reaction' | 'send' | 'outcome' | 'deadline' | 'continued' | 'order';

export type Instances = ReadonlyMap<string, readonly Commit[]>;

type Origin = Readonly<{ came: Came; instance?: string; number?: number; attempt?: number }>;

const numbered = /^[1-9]\d*$/;

/** The cause of a commit, found by the id of its command: a process's ids contain it. A category has no hyphen, an instance's stream has. */
export const cameBy = ({ command }: Pick<Commit, 'command'>): Origin => {
  const [space, first = '', second = '', third = '', fourth] = command.split('/');
  if (space !== 'process') return { came: 'command' };
  if (!first.includes('-')) return { came: 'reaction' };
  const of = { instance: first };
  if (second === 'due') return { came: 'deadline', ...of };
  if (second === 'continue') return { came: 'continued', ...of };
  if (!numbered.test(second) || !numbered.test(third)) return { came: 'order', ...of };
  return { came: fourth === undefined ? 'send' : 'outcome', ...of, number: Number(second), attempt: Number(third) };
};

type Send = Readonly<{ to: string; command: string }>;

/** The sends of an instance by their numbers, as the reactions that decided them have them. */
export const sendsIn = (events: readonly ProcessEvent[]): ReadonlyMap<number, Send> =>
  new Map(
    events.flatMap(({ type, data }) =>
      type === 'Reacted' ? data.sends.map(({ number, to, command }) => [number, { to, command: command.type }] as const) : [],
    ),
  );

const sentAs = (sends: ReadonlyMap<number, Send>, number: number): string => {
  const send = sends.get(number);
  return send ? `${send.command} to ${send.to}` : `command ${number}`;
};

type Reacted = Extract<ProcessEvent, { type: 'Reacted' }>['data'];

const occasionOf = ({ occasion }: Reacted, sends: ReadonlyMap<number, Send>, reasons: ReadonlyMap<number, string>): string => {
  if ('event' in occasion) return `on ${occasion.event.type}`;
  if ('deadline' in occasion) return `as the deadline '${occasion.deadline.name}' was due`;
  if ('resolved' in occasion) return 'on being resolved by hand';
  const reason = reasons.get(occasion.send);
  return `as ${sentAs(sends, occasion.send)} was ${occasion.outcome.replace('-', ' ')}${reason === undefined ? '' : ` (${reason})`}`;
};

const didOf = (reacted: Reacted): string => {
  const { sends, set, cancelled } = reacted;
  const gone = cancelled.filter(({ name }) => !set.some((anew) => anew.name === name));
  return [
    ...sends.map(({ to, command }) => `sends ${command.type} to ${to}`),
    ...set.map(({ name, at }) => `sets the deadline '${name}' for ${at}`),
    ...gone.map(({ name }) => `cancels the deadline '${name}'`),
  ].join(', ');
};

type SendsAndReasons = Readonly<{ sends: ReadonlyMap<number, Send>; reasons: ReadonlyMap<number, string> }>;

const knownFrom = (events: readonly ProcessEvent[]): SendsAndReasons => ({
  sends: sendsIn(events),
  reasons: new Map(events.flatMap(({ type, data }) => (type === 'CommandRefused' ? [[data.number, data.reason] as const] : []))),
});

/** One event of an instance in words; undefined for those that say nothing to a person. */
const sayingOf = ({ type, data }: ProcessEvent, { sends, reasons }: SendsAndReasons): string | undefined => {
  switch (type) {
    case 'Reacted':
      return [occasionOf(data, sends, reasons), didOf(data)].filter((part) => part !== '').join(': ');
    case 'CommandDone':
      return `${sentAs(sends, data.number)} is done`;
    case 'CommandRefused':
      return `${sentAs(sends, data.number)} is refused: ${data.reason}`;
    case 'EffectEnded':
      return `${sentAs(sends, data.number)} is ${data.how.replace('-', ' ')}`;
    case 'InstanceStuck':
      return 'is stuck, since nothing is declared to follow: a person is to see to it';
    case 'InstanceParked':
      return `is parked, since its reaction threw: ${data.thrown}`;
    case 'CauseDeferred':
      return 'keeps for later what came while it stands still';
    case 'CauseTaken':
      return 'takes up what it kept';
    case 'InstanceResumed':
      return `is resumed by ${data.by}: ${data.why}`;
    case 'CommandRetried':
      return `${sentAs(sends, data.number)} is tried again by ${data.by}: ${data.why}`;
    case 'InstanceResolved':
      return `is resolved by ${data.by}: ${data.why}`;
    case 'Ended':
      return `ends: ${data.how}`;
    case 'StepEnded':
      return undefined;
  }
};

const isOfKernel = (type: string) => Object.hasOwn(processEvents, type) || type === rememberedType;

const instanceSays = ({ events }: Commit, kernel: readonly ProcessEvent[], known: readonly ProcessEvent[]): string => {
  // A reaction says of which outcome it is.
  const reactedTo = new Set(
    kernel.flatMap(({ type, data }) => (type === 'Reacted' && 'send' in data.occasion ? [data.occasion.send] : [])),
  );
  const said = kernel.filter(
    ({ type, data }) =>
      !((type === 'CommandDone' || type === 'CommandRefused' || type === 'EffectEnded') && reactedTo.has(data.number)),
  );
  const raised = events.filter(({ type }) => !isOfKernel(type)).map(({ type }) => `raises ${type}`);
  const words = [...said.map((event) => sayingOf(event, knownFrom(known))), ...raised].filter((part) => part !== undefined);
  return words.join('; ') || 'says what this release cannot read';
};

/** Describes a commit in words. */
export const saysOf = (
  commit: Commit,
  kernel: readonly ProcessEvent[],
  eventsIn: (instance: string) => readonly ProcessEvent[],
): string => {
  if (commit.events.some(({ type }) => type === 'StepEnded')) return instanceSays(commit, kernel, eventsIn(commit.stream));
  const { instance, number = 0 } = cameBy(commit);
  const send = instance === undefined ? undefined : sendsIn(eventsIn(instance)).get(number);
  const [of, subject] = send ? [`${send.command}: `, send.command] : ['', 'the command'];
  if (commit.refused) return `refuses ${subject}: ${commit.refused.reason}`;
  if (commit.events.length === 0) return `${subject} changes nothing`;
  return `${of}${commit.events.map(({ type }) => type).join(', ')}`;
};

/** Describes the history of an instance in words, step by step. */
export const storyOf = (events: readonly ProcessEvent[]): readonly string[] => {
  const known = knownFrom(events);
  const { sends } = known;
  return events.flatMap((event): string[] => {
    const { type, data } = event;
    switch (type) {
      case 'Reacted':
        if ('event' in data.occasion) return [data.occasion.event.type];
        return 'deadline' in data.occasion ? [`the deadline '${data.occasion.deadline.name}' was due`] : [];
      case 'CommandDone':
        return [`${sentAs(sends, data.number)}: done (commit ${data.commit})`];
      case 'CommandRefused':
        return [`${sentAs(sends, data.number)}: refused, ${data.reason} (commit ${data.commit})`];
      case 'InstanceStuck':
        return ['stuck'];
      case 'Ended':
        return [`ended: ${data.how}`];
      case 'StepEnded':
        return [];
      default:
        return [sayingOf(event, known) ?? type];
    }
  });
};
