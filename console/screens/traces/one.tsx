import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { NotFound } from '../../../lib/client/index.ts';
import type { Trace } from '../../../lib/engine/history/trace.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Id } from '../../parts/id.tsx';
import { instanceHref, streamHref } from '../../parts/links.ts';
import { useWalk } from '../../parts/lists/walk.ts';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { Time } from '../../parts/time.tsx';
import { href, setQuery } from '../../router.ts';
import { ops } from '../../session.ts';
import { Detail } from './detail.tsx';
import { graphOf } from './graph.ts';
import { GraphView } from './graph.tsx';
import { keep } from './recent.ts';
import { apart, kindNames, kindOf, rowsOf, waitSays } from './rows.ts';
import { Waterfall } from './waterfall.tsx';

const tones: Readonly<Record<string, Tone>> = { running: 'busy', stuck: 'bad', parked: 'bad', ended: 'ok', unknown: 'off' };

/** While something waits it is read again: a long trace less often. */
const every = ({ commits }: Trace): number => (commits > 100 ? 20_000 : 4_000);

const Notices = ({ trace: { waits, missing, cut } }: Readonly<{ trace: Trace }>) => (
  <>
    {waits.length > 0 && (
      <div class={waits.some((wait) => wait.for === 'person') ? 'notice is-bad' : 'notice is-warn'} role="status">
        <strong>It is not over</strong>
        {waits.slice(0, 10).map((wait, i) => (
          <span key={i}>
            <a href={instanceHref(wait.instance)}>{wait.instance}</a> {waitSays(wait)}
            {wait.for === 'deadline' && (
              <>
                {' '}
                <Time at={wait.until} />
              </>
            )}
            {(wait.for === 'outcome' || wait.for === 'effect') && (
              <>
                , since <Time at={wait.since} />
              </>
            )}
          </span>
        ))}
        {waits.length > 10 && <span>and {waits.length - 10} more</span>}
      </div>
    )}
    {missing.length > 0 && (
      <div class="notice is-warn">
        <strong>Commits that others speak of could not be read</strong>
        <span>
          {missing.map(({ stream, commit }, i) => (
            <span key={`${stream}@${commit}`}>
              {i > 0 && ', '}
              <a href={streamHref(stream, { commit })}>
                {stream} #{commit}
              </a>
            </span>
          ))}
          . What followed from them stands at the left, as if nothing had caused it.
        </span>
      </div>
    )}
    {cut && (
      <div class="notice is-warn">
        <strong>There is more than a trace holds</strong>
        <span>It ends after 1,000 events of the log. Open a stream to see what came later.</span>
      </div>
    )}
  </>
);

const Instances = ({ instances }: Pick<Trace, 'instances'>) => (
  <section class="stack" aria-label="Processes">
    <h2>Processes in it</h2>
    {instances.map(({ instance, status, ended, story }) => (
      <div class="card" key={instance}>
        <div class="row">
          <a href={instanceHref(instance)}>{instance}</a>
          <Badge tone={tones[status] ?? 'off'}>{ended === undefined ? status : `ended: ${ended}`}</Badge>
        </div>
        <span class="dim story">{story}</span>
      </div>
    ))}
  </section>
);

const Shown = ({ trace, query }: Readonly<{ trace: Trace; query: URLSearchParams }>) => {
  const { correlation, steps, waits, instances, commits, milliseconds, from } = trace;
  const rows = useMemo(() => rowsOf(steps), [steps]);
  const kinds = [...new Set(rows.map(({ step: each }) => kindOf(each)))];
  const body = useRef<HTMLDivElement>(null);
  useWalk(body, 'a[data-key]');
  const isGraph = query.get('as') !== 'waterfall';
  const graph = useMemo(() => (isGraph ? graphOf(rows, waits) : undefined), [rows, waits, isGraph]);
  const chosen = query.get('commit') ?? undefined;
  const row = rows.find(({ key }) => key === chosen);
  const at = ['traces', correlation];
  const as = isGraph ? undefined : 'waterfall';
  const hrefOf = (key: string) => href(at, { as, commit: key });
  return (
    <>
      <p>
        {commits} {commits === 1 ? 'commit' : 'commits'} within {apart(milliseconds)}, from <Time at={from} exact />.{' '}
        {waits.length === 0 && 'Nothing waits.'}
      </p>
      <Notices trace={trace} />
      <Tabs
        label="Ways to see it"
        tabs={[
          { name: 'Graph', to: href(at, { commit: chosen }), isCurrent: isGraph },
          { name: 'Waterfall', to: href(at, { as: 'waterfall', commit: chosen }), isCurrent: !isGraph },
        ]}
      />
      <div class={row ? 'trace-body has-detail' : 'trace-body'} ref={body}>
        <div class="stack">
          <ul class="bare legend" aria-label="Colours">
            {kinds.map((kind) => (
              <li key={kind} class={`is-${kind}`}>
                {kindNames[kind]}
              </li>
            ))}
          </ul>
          {graph ? (
            <GraphView graph={graph} hrefOf={hrefOf} chosen={chosen} />
          ) : (
            <Waterfall rows={rows} waits={waits} hrefOf={hrefOf} chosen={chosen} />
          )}
        </div>
        {row && (
          <Detail
            row={row}
            correlation={correlation}
            isInstance={instances.some(({ instance }) => instance === row.step.stream)}
            close={() => setQuery({ commit: undefined })}
          />
        )}
      </div>
      {instances.length > 0 && <Instances instances={instances} />}
    </>
  );
};

const absent = 3_000;

/** What a request caused, as a graph or over time. */
export const One = ({ correlation, query }: Readonly<{ correlation: string; query: URLSearchParams }>) => {
  const [pause, setPause] = useState<number | undefined>(absent);
  const read = async () => {
    const trace = await ops.trace(correlation);
    setPause(trace.waits.length > 0 ? every(trace) : undefined);
    return trace;
  };
  const { value, error, isLoading, reload } = usePoll(read, pause, [correlation]);
  useEffect(() => keep(correlation), [correlation]);
  return (
    <section class="screen">
      <header>
        <h1>Trace</h1>
        <Id value={correlation} />
        <a href={href(['traces'])}>Another one</a>
        <button type="button" class="button is-plain" onClick={reload} disabled={isLoading}>
          Read again
        </button>
      </header>
      {value ? (
        <Shown trace={value} query={query} />
      ) : error instanceof NotFound ? (
        <Empty title="Nothing has this correlation yet">
          <span>
            The event log follows a commit within a second or so; this page looks again by itself. If nothing comes, the request
            was refused, or the id is another one: each answer has it in the header <code>X-Correlation-Id</code>.
          </span>
        </Empty>
      ) : error === undefined ? (
        <Loading />
      ) : null}
      {error !== undefined && !(error instanceof NotFound) && <ProblemNotice problem={error} retry={reload} />}
    </section>
  );
};
