import { Correlation, Id } from '../../parts/id.tsx';
import { instanceHref, isPerformance, performanceHref, streamHref } from '../../parts/links.ts';
import { Time } from '../../parts/time.tsx';
import { apart, kindNames, kindOf, type Row } from './rows.ts';

type Props = Readonly<{ row: Row; isInstance: boolean; correlation: string; close: () => void }>;

/** One commit of a trace, and the ways on from it. */
export const Detail = ({ row: { step, parent }, isInstance, correlation, close }: Props) => {
  const { stream, commit, version, at, afterMilliseconds, actor, command, events, says, refused, followed } = step;
  return (
    <aside class="card trace-detail" aria-label={`Commit ${commit} of ${stream}`}>
      <div class="row">
        <h2>
          {stream} #{commit}
        </h2>
        <button type="button" class="button is-plain" onClick={close} aria-label="Close the commit">
          ✕
        </button>
      </div>
      <p class={refused === undefined ? undefined : 'is-refused'}>{says}</p>
      <div class="row">
        <a class="button" href={streamHref(stream, { version, ...(events.length === 0 && { commit }) })}>
          The stream at this commit
        </a>
        {isInstance && (
          <a class="button" href={instanceHref(stream)}>
            The instance
          </a>
        )}
        {isPerformance(stream) && (
          <a class="button" href={performanceHref(stream)}>
            The performance
          </a>
        )}
      </div>
      <dl class="facts">
        <dt>What it is</dt>
        <dd>{kindNames[kindOf(step)]}</dd>
        <dt>When</dt>
        <dd>
          <Time at={at} exact />
        </dd>
        <dt>After the first commit</dt>
        <dd>
          {apart(afterMilliseconds)}
          {parent && `, ${apart(afterMilliseconds - parent.step.afterMilliseconds)} after its cause`}
        </dd>
        <dt>Who</dt>
        <dd>
          <Id value={actor} />
        </dd>
        {events.length > 0 && (
          <>
            <dt>Events</dt>
            <dd>{events.join(', ')}</dd>
          </>
        )}
        <dt>Command</dt>
        <dd>
          <Id value={command} />
        </dd>
        <dt>Followed</dt>
        <dd>{followed.length === 0 ? 'nothing' : followed.map((each) => `${each.stream} #${each.commit}`).join(', ')}</dd>
        <dt>Correlation</dt>
        <dd>
          <Correlation of={correlation} />
        </dd>
      </dl>
    </aside>
  );
};
