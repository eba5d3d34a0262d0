import { type Commit, type Trail, trailOf } from '../../core/commit.ts';
import type { AdapterOutcome } from '../../core/effect/adapter.ts';
import { admission, circuitAfter } from '../../core/effect/circuit.ts';
import type { EffectStep } from '../../core/effect/decider.ts';
import type { AnyEffect } from '../../core/effect/effect.ts';
import { nextEffectWork, type Performance } from '../../core/effect/performance.ts';
import { earlierOf, later } from '../../core/instant.ts';
import { inputOf } from '../../core/process/performs.ts';
import { thrownBy } from '../../core/process/reaction.ts';
import { FromNewerRelease } from '../../core/version.ts';
import { TryAgain, tryWhileLost } from '../again.ts';
import { handleCommand } from '../command/handle.ts';
import type { Commanding } from '../command/request.ts';
import { stateNow } from '../command/state-now.ts';
import { instant, nowOf } from '../instant.ts';
import type { Opening } from '../personal/ports.ts';
import type { Known } from '../store/known.ts';
import { keptOf, keptOutcome, openedFor } from './personal.ts';
import type { Circuits, Later, Pace, Provider } from './ports.ts';

const performanceOf = ({ state }: Known): Performance => state as Performance;

/** Everything that the performances of an effect are attended with. */
export type Performing = Readonly<{
  effect: AnyEffect;
  /** For `effectDecider(effect)`: the performances' own streams. */
  own: Commanding;
  provider: Provider;
  circuits: Circuits;
  pace: Pace;
  later: Later;
  /** What the declared fields of an input are opened with. What answers are sealed with is the `personal` of `own`. */
  opening?: Opening;
}>;

type Stepping = Readonly<{ id: string; step: EffectStep; trail: Trail; causation: string; actor?: string }>;

/** One step in the stream of a performance. Answers its commit; undefined if there was nothing to record. */
export const stepIn = async (
  { own, effect }: Pick<Performing, 'own' | 'effect'>,
  stream: string,
  { id, step, trail, causation, actor = effect.name }: Stepping,
): Promise<Commit | undefined> => {
  const answer = await handleCommand(own, {
    stream,
    command: step,
    actor: { id: actor, kind: 'process', roles: [] },
    id: `process/${stream}/${id}`,
    leavesNoTrace: true,
    meta: { ...trail, causation },
  });
  if (answer.outcome === 'committed') return answer.commit;
  if (answer.outcome === 'unchanged') return undefined;
  if (answer.outcome === 'contended') throw new TryAgain(`${stream} is being changed by others at the same time.`);
  throw new Error(`${stream}: ${step.type} had the outcome '${answer.outcome}'.`);
};

const providerOf = ({ name, provider = name }: AnyEffect): string => provider;

/** Undefined when a try may be made now; else the instant before which none is to be made. */
const heldUntil = async ({ effect, circuits, pace, own }: Performing): Promise<string | undefined> => {
  const { name, circuit = {}, rate = {} } = effect;
  const now = nowOf(own.clock);
  const provider = providerOf(effect);
  const before = await circuits.load(provider);
  const admitted = admission(circuit, before, now);
  if (admitted.admits === 'none') return admitted.until;
  // One probe: another function has it if the circuit has changed.
  if (admitted.admits === 'probe' && !(await circuits.save(provider, admitted.next, before))) return admitted.next.openUntil;
  const { perSecond } = rate;
  if (perSecond === undefined) return undefined;
  const second = Math.floor(own.clock.now() / 1_000);
  const count = await pace.count(name, second);
  // What is too much for this second is spread over the next ones.
  return count <= perSecond ? undefined : instant((second + Math.floor((count - 1) / perSecond)) * 1_000);
};

/** Counts a try for the provider's circuit. A lost race is no loss: the next try counts as well. */
const countFor = async ({ effect, circuits, own }: Performing, answered: boolean): Promise<void> => {
  const { log } = own;
  const provider = providerOf(effect);
  try {
    await tryWhileLost(async () => {
      const before = await circuits.load(provider);
      const next = circuitAfter(effect.circuit ?? {}, before, answered, nowOf(own.clock));
      if (!next) return;
      if (!(await circuits.save(provider, next, before))) return 'again';
      if (next.openUntil !== undefined && before?.openUntil === undefined)
        log.error('The circuit of a provider is open.', { provider, effect: effect.name, failures: next.failures });
      if (next.openUntil === undefined && before?.openUntil !== undefined)
        log.info('The circuit of a provider is closed again.', { provider, effect: effect.name });
      return;
    });
  } catch (cause) {
    // What the provider answered must be recorded all the same.
    log.warn('A try could not be counted for the circuit.', { provider, cause: String(cause) });
  }
};

/** The outcome of a try; or why it is unknown, and whether that is the provider's failure. */
type Called = Readonly<{ outcome: AdapterOutcome } | { unknown: string; isProviders: boolean }>;

/** What the provider answers to an input that may be opened. */
const answered = async (performing: Performing, input: unknown, { key = '', attempts }: Performance): Promise<Called> => {
  const { effect, provider } = performing;
  const timeoutMilliseconds = Date.parse(later(instant(0), effect.timeout));
  try {
    return { outcome: await provider.call({ input, idempotencyKey: key, attempt: attempts, timeoutMilliseconds }) };
  } catch (cause) {
    return { unknown: keptOf(effect, cause), isProviders: true };
  }
};

/** A call of the provider. Personal values are opened for it alone, and those that it answers are sealed before anything is recorded. */
const called = async (performing: Performing, state: Performance, tried: Commit): Promise<Called> => {
  const { effect, opening, own } = performing;
  try {
    const came = await answered(performing, await openedFor(effect, opening, inputOf(effect, state.input)), state);
    if ('unknown' in came) return came;
    return { outcome: await keptOutcome({ effect, sealing: own.personal, tried }, came.outcome) };
  } catch (cause) {
    if (cause instanceof FromNewerRelease) throw cause;
    return { unknown: thrownBy(cause), isProviders: false };
  }
};

/** A try: recorded before it is made, so that no other one runs beside it, and its outcome recorded before anybody acts on it. */
const attempt = async (performing: Performing, stream: string, known: Known): Promise<void> => {
  const { own, effect } = performing;
  const state = performanceOf(known);
  const of = { trail: trailOf(state), causation: `${stream}/${known.version}` };
  const number = state.attempts + 1;
  // The stream's name is told to nobody outside; and two deployments that share a provider must not share keys.
  const key = state.key ?? (await own.keys.digest(`effect ${stream}`));
  // Of this function alone: with an id that two have, both would take the try for theirs.
  const id = `try/${number}/${own.keys.randomId()}`;
  const tried = await stepIn(performing, stream, { id, step: { type: 'Try', data: { key } }, ...of });
  if (!tried) return;
  const trying = performanceOf(await stateNow(own, stream, tried.commit));
  const came = await called(performing, trying, tried);
  const failed = 'unknown' in came;
  const about = { effect: effect.name, performance: stream, attempt: number, correlation: state.correlation };
  if (failed) own.log.warn('A try failed; it is repeated.', { ...about, cause: came.unknown });
  const step: EffectStep = failed
    ? { type: 'Fail', data: { attempt: number, why: came.unknown } }
    : { type: 'Answer', data: { attempt: number, outcome: came.outcome } };
  // Before anything else: if this function dies now, the provider is asked again, under the same key.
  await stepIn(performing, stream, {
    id: `${failed ? 'failed' : 'answer'}/${number}`,
    step,
    trail: of.trail,
    causation: `${stream}/${tried.version}`,
  });
  // Keys that could not be read open no circuit.
  if (!failed || came.isProviders) await countFor(performing, !failed);
};

/** The most tries of one performance in one go. */
const turns = 3;

/**
 * Brings a performance as far as it can go now: gives up, tries, or sends a message for when there is something to do again. It may be interrupted anywhere,
 * and several may do it at once. It ends without an error only if nothing is left to do, or if that message is sent.
 */
export const attendPerformance = async (performing: Performing, stream: string): Promise<void> => {
  const { own } = performing;
  const again = (until: string) => performing.later.send({ attend: { performance: stream } }, until);
  for (let turn = 0; turn < turns; turn++) {
    const known = await stateNow(own, stream);
    const state = performanceOf(known);
    const work = nextEffectWork(state, nowOf(own.clock));
    if (work.do === 'nothing') return;
    if (work.do === 'wait') return again(work.until);
    if (work.do === 'give-up') {
      await stepIn(performing, stream, {
        id: `give-up/${known.commit}`,
        step: { type: 'GiveUp', data: {} },
        trail: trailOf(state),
        causation: `${stream}/${known.version}`,
      });
      continue;
    }
    const held = await heldUntil(performing);
    if (held !== undefined) return again(earlierOf(held, state.giveUpAt));
    await attempt(performing, stream, known);
  }
  throw new TryAgain(`${stream} is not finished yet.`);
};
