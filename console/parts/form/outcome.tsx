import { NotYours, Refused } from '../../../lib/client/index.ts';
import { Json } from '../json.tsx';
import { ProblemNotice } from '../states.tsx';

/** What a command would do, or has met. */
export type Outcome = Readonly<{ events: readonly object[] } | { refused: string; detail?: unknown } | { problem: unknown }>;

/** The outcome of an attempt, also where it throws. */
export const outcomeOf = async (attempt: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await attempt();
  } catch (problem) {
    if (problem instanceof NotYours) return { refused: 'your roles may not send it' };
    return problem instanceof Refused ? { refused: problem.reason, detail: problem.detail } : { problem };
  }
};

/** What a command would do, or would have done to a past state. */
export const OutcomeNotice = ({ outcome, isNow = true }: Readonly<{ outcome: Outcome; isNow?: boolean }>) => {
  if ('problem' in outcome) return <ProblemNotice problem={outcome.problem} />;
  if ('refused' in outcome)
    return (
      <div class="notice is-warn" role="status">
        <strong>
          {isNow ? 'It would be refused' : 'It would have been refused'}: {outcome.refused}
        </strong>
        {outcome.detail !== undefined && <Json value={outcome.detail} />}
      </div>
    );
  return (
    <div class="notice is-ok" role="status">
      <strong>
        {outcome.events.length === 0
          ? 'It would change nothing.'
          : `It would ${isNow ? '' : 'have '}append${isNow ? '' : 'ed'} ${outcome.events.length === 1 ? 'this event' : 'these events'}:`}
      </strong>
      {outcome.events.map((event, i) => (
        <Json key={i} value={event} />
      ))}
    </div>
  );
};
