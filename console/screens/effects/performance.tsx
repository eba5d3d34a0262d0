import { useState } from 'preact/hooks';
import { Badge } from '../../parts/badge.tsx';
import { Correlation, Id } from '../../parts/id.tsx';
import { Json } from '../../parts/json.tsx';
import { instanceHref, streamHref } from '../../parts/links.ts';
import { Many } from '../../parts/lists/many.tsx';
import { usePollUntil } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { href } from '../../router.ts';
import { ops } from '../../session.ts';
import { Answer } from './answer.tsx';
import { isUnanswered, statusTones } from './statuses.ts';

const often = 3_000;

/** One performance of an effect: what was asked, under which key, and each step. */
export const OnePerformance = ({ performance }: Readonly<{ performance: string }>) => {
  const [asking, setAsking] = useState<'retry' | 'answer'>();
  const { value, error, reload } = usePollUntil(
    ({ status }) => !isUnanswered(status),
    () => ops.effects.performance(performance),
    often,
    [performance],
  );
  const done = (wasDone: boolean) => {
    setAsking(undefined);
    if (wasDone) reload();
  };
  return (
    <section class="screen">
      <header>
        <h1>{value?.effect ?? 'A performance'}</h1>
        {value && <Badge tone={statusTones[value.status]}>{value.status}</Badge>}
        <Id value={performance} />
        <a href={href(['effects'])}>All performances</a>
        <a href={streamHref(performance)}>Its stream</a>
        {value?.steps[0] && <a href={href(['traces', value.steps[0].correlation])}>Its trace</a>}
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value && (
        <>
          {isUnanswered(value.status) && (
            <div class="row" role="toolbar" aria-label="What you may ask of it">
              <button type="button" class="button" onClick={() => setAsking('retry')}>
                Retry
              </button>
              <button type="button" class="button is-danger" onClick={() => setAsking('answer')}>
                Answer by hand
              </button>
            </div>
          )}
          <section class="card" aria-label="What was asked">
            <h2>What was asked</h2>
            <dl class="facts-wide">
              <dt>By</dt>
              <dd>
                <a href={instanceHref(value.instance)}>{value.instance}</a>
              </dd>
              <dt>Attempts</dt>
              <dd>{value.attempts}</dd>
              <dt>Idempotency key</dt>
              <dd>{value.key === undefined ? <span class="dim">none yet: it was not tried</span> : <Id value={value.key} />}</dd>
            </dl>
            <Json name="input" value={value.input} />
          </section>
          <section class="card" aria-label="What it went through">
            <h2>What it went through</h2>
            {value.earlier > 0 && (
              <p class="dim">
                {value.earlier} earlier commits are in <a href={streamHref(performance)}>its stream</a>.
              </p>
            )}
            <ol class="did">
              {value.steps.map(({ commit, version, at, actor, correlation, type, data }, i) => (
                <li key={`${commit} ${type}`}>
                  <strong>{type}</strong>
                  <span class="dim">
                    <Time at={at} exact age={false} /> · <a href={streamHref(performance, { version })}>#{commit}</a> · by {actor}
                    {(i === 0 || value.steps[i - 1]?.correlation !== correlation) && (
                      <>
                        {' '}
                        · <Correlation of={correlation} />
                      </>
                    )}
                  </span>
                  <Json name="data" value={data} />
                </li>
              ))}
            </ol>
          </section>
        </>
      )}
      {asking === 'answer' && <Answer effect={value?.effect ?? ''} performance={performance} close={done} />}
      {asking === 'retry' && (
        <Many
          title="Retry"
          items={[performance]}
          nameOf={(each) => each}
          act={(each, why) => ops.effects.retry(each, why)}
          needsWhy
          close={done}
        >
          <p>It is tried again at once, under the same key: the provider knows by it what it has done already.</p>
        </Many>
      )}
    </section>
  );
};
