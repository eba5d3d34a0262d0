import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { count } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { type Collecting, type Figures, figures } from './figures.ts';
import type { LoadRequest, requestsOf } from './mix.ts';
import { type LoopClock, openLoop } from './open-loop.ts';
import { type LoadTarget, type Sent, sawRow, sendRequest } from './send.ts';

export type LoadPlan = Readonly<{
  target: LoadTarget;
  requests: ReturnType<typeof requestsOf>;
  /** A word that no other run has. */
  run: string;
  rate: number;
  seconds: number;
  mostOpen: number;
  /** The time to visible is measured of each so-manieth command that has a view; 0 for none. */
  visibleOneOf: number;
}>;

/** The figures of a run, and how it went. */
export type Ran = Figures & Readonly<{ ran: number; sent: number; held: number; interrupted: boolean; beganAt: string }>;

/** How many commands of the set-up are open at a time. */
const setupWidth = 8;
/** How often the progress is told, in milliseconds. */
const toldEvery = 250;

const systemLoop: LoopClock = {
  now: () => performance.now(),
  // A time that has just passed is no time to wait: Node would warn of it.
  sleep: (milliseconds, signal) => pause(Math.max(0, milliseconds), undefined, { signal }).catch(() => {}),
};

const rejected = (as: string) =>
  new UserError(
    `The API does not accept the token of ${as}.`,
    'It may have expired, or belong to another deployment: get a new one, of the issuer of this API.',
  );

/** Sends what the mix wants to be there, several streams at a time and each stream in its order. */
const setUp = async (
  target: LoadTarget,
  wanted: readonly LoadRequest[],
  run: string,
  shown: Bar,
  signal: AbortSignal,
): Promise<void> => {
  let done = 0;
  const streams = [...Map.groupBy(wanted.entries(), ([, { path, id }]) => `${path.split('/')[1]} ${id}`).values()];
  const worker = async () => {
    for (let own = streams.shift(); own && !signal.aborted; own = streams.shift())
      for (const [i, request] of own) {
        const { kind, status, problem } = await sendRequest(target, request, `load-${run}-setup-${i}`, signal);
        done += 1;
        shown.show({ done, about: wanted.length, noun: 'commands' });
        if (kind === 'done' || kind === 'open') continue;
        if (status.startsWith('401')) throw rejected(request.as);
        throw new UserError(
          `The set-up of the mix failed: POST ${request.path} was answered ${status}. ${problem?.message ?? ''}`.trim(),
          'Correct `setup` in the mix, or look whether the deployment is well: foldstream projections, foldstream logs.',
        );
      }
  };
  await Promise.all(Array.from({ length: setupWidth }, worker));
  shown.end(`Set up by ${count(done, 'command')}.`);
};

/** Throws where the very first answers say that a token is wrong: nothing else would be measured. */
const refusalOf = ({ status }: Sent, { as }: LoadRequest, all: Collecting): UserError | undefined =>
  status.startsWith('401') && all.isWithoutSuccess() ? rejected(as) : undefined;

/** Runs a load to its end, or to the abort of the signal, and answers with its figures. */
export const runLoad = async (
  { target, requests, run, rate, seconds, mostOpen, visibleOneOf }: LoadPlan,
  bar: (title: string) => Bar,
  signal: AbortSignal,
  clock: LoopClock = systemLoop,
): Promise<Ran> => {
  const wanted = requests.setup();
  if (wanted.length > 0) await setUp(target, wanted, run, bar('Setting up'), signal);
  if (signal.aborted)
    throw new UserError(
      'The set-up was interrupted: nothing was measured.',
      'Start it again, with a smaller set-up if this one takes too long.',
    );
  const all = figures(seconds);
  const shown = bar('Sending');
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  // Each open request listens.
  setMaxListeners(0, until);
  const [begun, beganAt] = [clock.now(), new Date().toISOString()];
  let [sent, told, withView, fault] = [0, begun, 0, undefined as unknown];

  const one = async (n: number, due: number): Promise<void> => {
    const at = clock.now();
    const request = requests.next(n);
    sent += 1;
    const answer = await sendRequest(target, request, `load-${run}-${n}`, until);
    const answered = clock.now();
    fault ??= refusalOf(answer, request, all);
    all.ended({ ...answer, command: request.command, due: due - begun, late: at - due, took: answered - due });
    if (answered - told > toldEvery) {
      told = answered;
      shown.show({ done: sent, about: Math.round(rate * seconds), noun: 'requests' });
    }
    if (request.view === undefined || answer.token === undefined || visibleOneOf === 0 || withView++ % visibleOneOf > 0) return;
    const saw = await sawRow(target, request, answer.token, until);
    if (!until.aborted) all.visible(request.view, saw ? clock.now() - answered : undefined);
  };
  const send = async (n: number, due: number) => {
    await one(n, due).catch((error: unknown) => {
      fault ??= error;
    });
    if (fault !== undefined) ended.abort();
  };
  const { held } = await openLoop({ rate, seconds, clock, mostOpen, send, signal: until });
  if (fault !== undefined) throw fault;
  const ran = (clock.now() - begun) / 1_000;
  shown.end(`Sent ${count(sent, 'request')} in ${ran.toFixed(1)} s.`);
  return { ...all.taken(), ran, sent, held, interrupted: signal.aborted, beganAt };
};
