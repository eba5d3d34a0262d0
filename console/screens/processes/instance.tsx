import { useState } from 'preact/hooks';
import type { InstanceReport } from '../../../lib/engine/operate/processes.ts';
import { Badge } from '../../parts/badge.tsx';
import { Correlation, Id } from '../../parts/id.tsx';
import { Json } from '../../parts/json.tsx';
import { performanceHref, streamHref } from '../../parts/links.ts';
import { Many } from '../../parts/lists/many.tsx';
import { usePollUntil } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { href } from '../../router.ts';
import { ops } from '../../session.ts';
import { type orders, ordersFor, statusTones } from './orders.ts';

type Wait = InstanceReport['waits'][number];

const WaitSaid = ({ wait }: Readonly<{ wait: Wait }>) => {
  switch (wait.for) {
    case 'person':
      return (
        <>
          For a person: it is {wait.status}. {wait.why}
        </>
      );
    case 'deadline':
      return (
        <>
          For its deadline <code>{wait.name}</code>: <Time at={wait.until} />
        </>
      );
    case 'outcome':
      return (
        <>
          For the outcome of {wait.command} to <a href={streamHref(wait.to)}>{wait.to}</a>, sent <Time at={wait.since} />. It is
          sent again by itself.
        </>
      );
    case 'effect':
      return (
        <>
          For the effect {wait.effect}: <a href={performanceHref(wait.to)}>{wait.to}</a>, since <Time at={wait.since} />
        </>
      );
  }
};

const Waits = ({ waits }: Pick<InstanceReport, 'waits'>) => (
  <section class="card" aria-label="What it waits for">
    <h2>What it waits for</h2>
    {waits.length === 0 ? (
      <p class="dim">Nothing: it has no open command, no deadline, and needs no person.</p>
    ) : (
      <ul class="waits">
        {waits.map((wait, i) => (
          <li key={i} class={wait.for === 'person' ? 'is-bad' : undefined}>
            <WaitSaid wait={wait} />
          </li>
        ))}
      </ul>
    )}
  </section>
);

const Steps = ({ stream, report: { steps, earlier } }: Readonly<{ stream: string; report: InstanceReport }>) => (
  <section class="card" aria-label="What it went through">
    <h2>What it went through</h2>
    {earlier > 0 && (
      <p class="dim">
        The last {steps.length} steps. {earlier} earlier ones are in <a href={streamHref(stream)}>its stream</a>.
      </p>
    )}
    <ol class="steps">
      {steps.map(({ commit, version, at, actor, correlation, says }, i) => (
        <li key={commit} value={commit}>
          <span>{says}</span>
          <span class="dim">
            <Time at={at} exact age={false} /> · <a href={streamHref(stream, { version })}>#{commit}</a> · by {actor}
            {(i === 0 || steps[i - 1]?.correlation !== correlation) && (
              <>
                {' '}
                · <Correlation of={correlation} />
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  </section>
);

const often = 2_500;

/** One instance: its story, its memory, what it waits for, and what may be asked of it. */
export const Instance = ({ process, instance }: Readonly<{ process: string; instance: string }>) => {
  const [asking, setAsking] = useState<(typeof orders)[number]>();
  const { value, error, reload } = usePollUntil(
    // The reaction to its end may have commands under way.
    ({ status, waits }) => status === 'ended' && waits.length === 0,
    () => ops.processes.instance(process, instance),
    often,
    [process, instance],
  );
  const stream = `${process}-${instance}`;
  return (
    <section class="screen">
      <header>
        <h1>{process}</h1>
        {value && (
          <Badge tone={statusTones[value.status]}>{value.ended === undefined ? value.status : `ended: ${value.ended}`}</Badge>
        )}
        <Id value={stream} />
        <a href={href(['processes'])}>All instances</a>
        <a href={streamHref(stream)}>Its stream</a>
        {value?.steps[0] && <a href={href(['traces', value.steps[0].correlation])}>Its trace</a>}
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value && (
        <>
          {ordersFor(value.status).length > 0 && (
            <div class="row" role="toolbar" aria-label="What you may ask of it">
              {ordersFor(value.status).map((each) => (
                <button
                  key={each.order}
                  type="button"
                  class={each.isDanger ? 'button is-danger' : 'button'}
                  onClick={() => setAsking(each)}
                >
                  {each.name}
                </button>
              ))}
            </div>
          )}
          <Waits waits={value.waits} />
          <section class="card" aria-label="In short">
            <h2>In short</h2>
            <ol class="bare short">
              {value.story.split(' -> ').map((part, i) => (
                <li key={i}>{part}</li>
              ))}
            </ol>
          </section>
          <div class="two">
            <Steps stream={stream} report={value} />
            <section class="card" aria-label="Its memory">
              <h2>Its memory</h2>
              <Json value={value.memory} />
            </section>
          </div>
        </>
      )}
      {asking && (
        <Many
          title={asking.name}
          items={[stream]}
          nameOf={(each) => each}
          act={(_, why) => ops.processes.order(process, instance, asking.order, why)}
          needsWhy
          isDanger={asking.isDanger}
          close={(wasDone) => {
            setAsking(undefined);
            if (wasDone) reload();
          }}
        >
          <p>{asking.follows}</p>
        </Many>
      )}
    </section>
  );
};
