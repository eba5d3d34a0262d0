import { type AnyDecider, decide, fold, isRefusal, type Refusal } from '../core/decider.ts';
import type { Message } from '../core/message.ts';
import { parseStream } from '../core/stream.ts';
import { alongWith, appendedAlong, UnfitTogether } from '../core/together/along.ts';
import { storable } from '../engine/store/storable.ts';
import { fail } from './difference.ts';
import { frozen, throughStore } from './stored.ts';
import type { GivenStreams } from './tagged.ts';

/** What goes along with a command comes to: the events by stream, or the refusal of the whole. */
export type AlongOutcome = Readonly<{ along: Readonly<Record<string, readonly Message[]>> }> | Refusal;

const targetOf = (decider: AnyDecider, category: string): AnyDecider => {
  const targets = appendedAlong([decider]);
  return (
    targets.find((each) => each.category === category) ??
    fail({ title: `Nothing goes along to ${category}.`, came: category, expected: targets.map((each) => each.category) })
  );
};

/** The streams among those that a test gives to which commands of a decider can go along. */
export const alongOnly = (decider: AnyDecider, given: GivenStreams): readonly string[] => {
  const targets = appendedAlong([decider]).map(({ category }) => category);
  return Object.keys(given).filter((stream) => targets.includes(parseStream(stream)?.category ?? ''));
};

/** Decides what goes along with a command, each on the events of its own stream that a test gives. */
export const alongGiven = (
  decider: AnyDecider,
  command: Message,
  context: Parameters<typeof decide>[3],
  given: GivenStreams,
): AlongOutcome => {
  const along: Record<string, readonly Message[]> = {};
  try {
    for (const { category, stream, command: other } of alongWith(decider, command, context.id)) {
      const target = targetOf(decider, category);
      const past = (given[stream] ?? []).map((event) => frozen(throughStore(target.events, event)));
      const state = frozen(fold(target, structuredClone(target.initial), past));
      const asked = { type: other.type, data: frozen(other.data) };
      const outcome = decide(target, state, asked, { ...context, id: parseStream(stream)?.id ?? stream });
      if (isRefusal(outcome)) return storable({ ...outcome, detail: { ...outcome.detail, refusedBy: stream } }, outcome.refused);
      if (outcome.length > 0) along[stream] = outcome.map((event) => throughStore(target.events, event));
    }
    return { along };
  } catch (fault) {
    if (fault instanceof UnfitTogether) return { refused: 'unfit-together', detail: { why: fault.message } };
    throw fault;
  }
};
