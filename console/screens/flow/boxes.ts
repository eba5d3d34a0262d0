import type { Flow, FlowView } from '../../../lib/engine/operate/flow/report.ts';
import type { Tone } from '../../parts/badge.tsx';
import { firstOfGroups } from '../../parts/groups.ts';
import { lettersHref } from '../../parts/links.ts';
import { href } from '../../router.ts';

/** The groups of the picture, in the order in which a command travels through them. */
export const groups = ['api', 'commands', 'schedules', 'commits', 'processes', 'effects', 'public-events', 'views'] as const;
export type Group = (typeof groups)[number];

/** One box of the picture, and one line of the list beside it. */
export type Box = Readonly<{
  id: string;
  group: Group;
  title: string;
  /** Of a view: its revision. */
  mark?: string;
  tone: Tone;
  /** How it is, in words; what is wrong comes first. */
  says: readonly string[];
  /** What is wrong, of these words: what is listed on top of the page. */
  wrong: readonly string[];
  /** What arrives in a minute; absent where it is not measured. */
  perMinute?: number;
  /** Something waits or is in work now. */
  isMoving: boolean;
  /** The boxes that it sends commands to, or performs. */
  to: readonly string[];
  link?: string;
}>;

type Lag = FlowView['lag'];
type Fault = readonly [tone: 'warn' | 'bad', words: string];

/** What is said of a part of which there are no figures. */
export const unmeasured = 'not measured here';

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** The ages of the oldest message from which a consumer is slow, and from which an alarm rings (seconds). */
const [slow, late] = [60, 300];

/** A number of seconds in the largest unit. */
export const span = (seconds: number): string =>
  seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5_400
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3_600)} h`;

const age = (seconds: number | undefined, what: string): readonly Fault[] =>
  seconds === undefined || seconds < slow ? [] : [[seconds < late ? 'warn' : 'bad', `${what} ${span(seconds)}`]];

const lagFaults = ({ deadLetters, oldestSeconds }: Lag): readonly Fault[] => [
  ...(deadLetters > 0 ? ([['bad', `${plural(deadLetters, 'dead letter')}: look, redrive`]] as const) : []),
  ...age(oldestSeconds, 'late: the oldest waits'),
];

/** Where a consumer is seen to: at its dead letters, if these are all that is wrong. */
const seenTo = (lag: Lag, faults: readonly Fault[], letters: readonly [kind: string, name: string], otherwise: string): string =>
  lag.deadLetters > 0 && faults.length === 1 ? lettersHref(...letters) : otherwise;

const backlog = ({ waiting, inFlight }: Lag): readonly string[] =>
  waiting + inFlight === 0
    ? []
    : [[waiting > 0 && `${waiting} waiting`, inFlight > 0 && `${inFlight} in work`].filter(Boolean).join(', ')];

const toneOf = (faults: readonly Fault[], otherwise: Tone): Tone =>
  faults.some(([tone]) => tone === 'bad') ? 'bad' : faults.length > 0 ? 'warn' : otherwise;

type Told = Readonly<{ faults: readonly Fault[]; notes?: readonly string[]; otherwise?: Tone; lag?: Lag; fine?: string }>;

const told = ({ faults, notes = [], otherwise = 'ok', lag, fine = 'up to date' }: Told) => {
  const wrong = faults.map(([, words]) => words);
  const says = [...wrong, ...notes, ...(lag ? backlog(lag) : [])];
  return {
    tone: toneOf(faults, otherwise),
    wrong,
    says: says.length > 0 ? says : [fine],
    isMoving: lag !== undefined && lag.waiting + lag.inFlight > 0,
  };
};

const measured = (perMinute: number | undefined): Readonly<{ perMinute?: number }> =>
  perMinute === undefined ? {} : { perMinute };

/** What is said of the backlog of a group, which is shown once: at the first of its views. */
const sharedFaults = ({ group, lag }: FlowView): readonly Fault[] =>
  lagFaults(lag).map(([tone, words]) => [tone, group === undefined ? words : `the group ${group}: ${words}`]);

const viewBox = (view: FlowView, group: 'views' | 'public-events', isFirst = true): Box => {
  const { name, revision, parked, moreParked, rebuild, active, lag } = view;
  const faults: readonly Fault[] = [
    ...(parked > 0 ? ([['bad', `${parked}${moreParked ? ' or more' : ''} parked`]] as const) : []),
    ...(isFirst ? sharedFaults(view) : []),
  ];
  const state = rebuild ? [`${rebuild.kind}: ${rebuild.state}`] : active ? [] : ['does not answer'];
  const isBehind = lagFaults(lag).length + backlog(lag).length > 0;
  const notes = isFirst || !isBehind ? state : [...state, `waits with its group ${view.group}`];
  const own = rebuild && faults.length === 0 ? href(['views', name, 'rebuild', rebuild.id]) : href(['views', name], { revision });
  return {
    id: `view/${name}/${revision}`,
    group,
    title: group === 'views' ? name : 'public events',
    ...(group === 'views' && { mark: `r${revision}` }),
    ...told({ faults, notes, ...(isFirst && { lag }), otherwise: rebuild ? 'busy' : active ? 'ok' : 'off' }),
    ...measured(view.perMinute),
    to: [],
    link: isFirst ? seenTo(lag, faults, ['view', `${name}.r${revision}`], own) : own,
  };
};

/** How many stand still, by status. */
const standingFaults = (
  standing: Flow['processes'][number]['standing'],
  tones: Readonly<Record<string, 'warn' | 'bad'>>,
): readonly Fault[] =>
  Object.entries(standing?.byStatus ?? {}).map(([status, n]) => [
    tones[status] ?? 'bad',
    `${n}${standing?.atLeast ? ' or more' : ''} ${status.replace('-', ' ')}`,
  ]);

const firstStatus = (standing: Flow['processes'][number]['standing']): string | undefined =>
  Object.keys(standing?.byStatus ?? {})[0];

const processBox = ({ process, sends, effects, standing, lag, perMinute }: Flow['processes'][number]): Box => {
  const faults = [...standingFaults(standing, {}), ...lagFaults(lag)];
  return {
    id: `process/${process}`,
    group: 'processes',
    title: process,
    ...told({ faults, lag }),
    ...measured(perMinute),
    to: [...sends.map((category) => `command/${category}`), ...effects.map((effect) => `effect/${effect}`)],
    link: seenTo(lag, faults, ['process', process], href(['processes'], { process, status: firstStatus(standing) })),
  };
};

const effectBox = ({ effect, circuit, openUntil, provider, standing, lag, perMinute }: Flow['effects'][number]): Box => {
  const faults: readonly Fault[] = [
    ...(circuit === 'open'
      ? ([['bad', `${provider} is not called${openUntil ? ` until ${openUntil.slice(11, 19)} UTC` : ''}`]] as const)
      : []),
    ...standingFaults(standing, { failing: 'warn' }),
    ...lagFaults(lag),
  ];
  return {
    id: `effect/${effect}`,
    group: 'effects',
    title: effect,
    ...told({ faults, lag }),
    ...measured(perMinute),
    to: [],
    link: seenTo(lag, faults, ['effect', effect], href(['effects'], { effect, status: firstStatus(standing) })),
  };
};

const scheduleBox = ({ schedule, sends, late: since, paused, lag, perMinute }: Flow['schedules'][number]): Box => {
  const faults: readonly Fault[] = [...(since === undefined ? [] : ([['bad', 'late']] as const)), ...lagFaults(lag)];
  return {
    id: `schedule/${schedule}`,
    group: 'schedules',
    title: schedule,
    ...told({ faults, notes: paused ? ['paused'] : [], otherwise: paused ? 'off' : 'ok', lag, fine: 'on time' }),
    ...measured(perMinute),
    to: sends.map((category) => `command/${category}`),
    link: seenTo(lag, faults, ['schedule', schedule], href(['schedules', schedule])),
  };
};

const perMinuteFault = (n: number | undefined, words: string): readonly Fault[] =>
  n === undefined || n === 0 ? [] : [['bad', `${n} ${words} a minute`]];

const commandBox = ({ category, perMinute, errorsPerMinute, throttledPerMinute }: Flow['commands'][number]): Box => ({
  id: `command/${category}`,
  group: 'commands',
  title: category,
  ...told({
    faults: [...perMinuteFault(errorsPerMinute, 'failures'), ...perMinuteFault(throttledPerMinute, 'turned away')],
    ...(perMinute === undefined ? { fine: unmeasured, otherwise: 'off' } : { fine: 'no failures' }),
  }),
  ...measured(perMinute),
  isMoving: (perMinute ?? 0) > 0,
  to: [],
  link: href(['streams'], { category }),
});

/** All boxes of the picture, in the order of the list. */
export const boxesOf = (flow: Flow): readonly Box[] => {
  const { api, publisher } = flow;
  const isMeasured = flow.ratesAt !== undefined;
  const firsts = firstOfGroups(flow.views);
  return [
    {
      id: 'api',
      group: 'api',
      title: 'API',
      ...told({ faults: perMinuteFault(api.errorsPerMinute, 'failures'), fine: 'answers' }),
      ...measured(api.perMinute),
      isMoving: (api.perMinute ?? 0) > 0,
      to: [],
    },
    ...flow.commands.map(commandBox),
    ...flow.schedules.map(scheduleBox),
    {
      id: 'commits',
      group: 'commits',
      title: 'commits',
      ...told({
        faults: [
          ...age(publisher.behindSeconds, 'the publisher is behind'),
          ...perMinuteFault(publisher.errorsPerMinute, 'failures of the publisher'),
        ],
        ...(publisher.behindSeconds === undefined && !isMeasured
          ? { fine: unmeasured, otherwise: 'off' }
          : { fine: 'published' }),
      }),
      to: [],
      link: href(['streams']),
    },
    ...flow.processes.map(processBox),
    ...flow.effects.map(effectBox),
    ...(flow.publicEvents ? [viewBox(flow.publicEvents, 'public-events')] : []),
    ...flow.views.map((view) => viewBox(view, 'views', firsts.has(view))),
  ];
};

/** The boxes with something wrong, the worst first. */
export const wrongOf = (boxes: readonly Box[]): readonly Box[] =>
  boxes.filter(({ wrong }) => wrong.length > 0).toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));

/** A rate in as many digits as say something. */
export const rateText = (perMinute: number): string =>
  `${perMinute >= 10_000 ? `${Math.round(perMinute / 1_000)}k` : perMinute >= 10 ? Math.round(perMinute) : perMinute}/min`;
