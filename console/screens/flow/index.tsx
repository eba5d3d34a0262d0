import { Badge } from '../../parts/badge.tsx';
import { usePoll } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { ops } from '../../session.ts';
import { type Box, boxesOf, wrongOf } from './boxes.ts';
import { List } from './list.tsx';
import { Picture } from './picture.tsx';
import './flow.css';

/** How often the flow is read (milliseconds). */
const every = 5_000;

/** What needs somebody: always there, so that nothing below it moves when the first thing goes wrong. */
const Needing = ({ wrong }: Readonly<{ wrong: readonly Box[] }>) => (
  <section class="needing" aria-label="What needs somebody">
    {wrong.length === 0 ? (
      <p class="need is-ok">
        <strong>Nothing needs anybody</strong>
        <span>Nothing is parked, stuck, late or dead.</span>
      </p>
    ) : (
      <ul class="bare">
        {wrong.map(({ id, title, mark, tone, wrong: words, link }) => (
          <li key={id}>
            <a href={link} class={`need is-${tone}`}>
              <strong>
                {title} {mark}
              </strong>
              <span>{words.join(', ')}</span>
            </a>
          </li>
        ))}
      </ul>
    )}
  </section>
);

/** The deployment as a picture that keeps itself up to date. */
export default () => {
  const { value: flow, error, reload } = usePoll(() => ops.flow(), every, []);
  const boxes = flow ? boxesOf(flow) : [];
  const wrong = wrongOf(boxes);
  return (
    <div class="screen flow">
      <header>
        <h1>The flow</h1>
        {flow && (
          <>
            <Badge tone={wrong.length === 0 ? 'ok' : wrong[0]!.tone}>
              {wrong.length === 0 ? 'Everything flows' : `${wrong.length} to look at`}
            </Badge>
            <span class="dim">
              as of <Time at={flow.at} age={false} />
              {flow.ratesAt === undefined ? ' · rates are not measured here' : ''}
            </span>
          </>
        )}
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!flow && error === undefined && <Loading />}
      {flow && <Needing wrong={wrong} />}
      {flow && <Picture boxes={boxes} />}
      {flow && <List boxes={boxes} isMeasured={flow.ratesAt !== undefined} />}
    </div>
  );
};
