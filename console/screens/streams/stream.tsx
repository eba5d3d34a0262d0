import { useState } from 'preact/hooks';
import type { Commit } from '../../../lib/core/commit.ts';
import { Badge } from '../../parts/badge.tsx';
import { Id } from '../../parts/id.tsx';
import { Json } from '../../parts/json.tsx';
import { instanceHref, streamHref } from '../../parts/links.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { href, setQuery } from '../../router.ts';
import { type OpenedStream, useStream } from './opened.ts';
import { AskPersonal, subjectsIn, unmasked } from './personal.tsx';
import { madeBy, placeOf } from './place.ts';
import { Slider, usePlace } from './slider.tsx';
import { Timeline } from './timeline.tsx';
import { useStep } from './walk.ts';

/** Whether the hash chain holds, in a word, and what that means. */
const Chain = ({ chain, isWhole, codeFault }: Pick<OpenedStream, 'chain' | 'isWhole' | 'codeFault'>) => {
  if (codeFault !== undefined) return <Badge tone="off">chain not verified here</Badge>;
  if (!isWhole || !chain) return <Badge tone="busy">verifying the chain</Badge>;
  if ('purged' in chain || 'purge' in chain) return <Badge tone="off">purged: foldstream verify checks its proof</Badge>;
  if ('fault' in chain) return <Badge tone="bad">{`broken at commit ${chain.commit}: ${chain.fault}`}</Badge>;
  return <Badge tone="ok">chain holds</Badge>;
};

const Refers = ({ name, all }: Readonly<{ name: string; all: Commit['facts'] }>) =>
  all && all.length > 0 ? (
    <>
      <dt>{name}</dt>
      <dd>
        {all.map(({ stream, commit }) => (
          <a key={stream} href={streamHref(stream, { commit })}>
            {stream} {commit}{' '}
          </a>
        ))}
      </dd>
    </>
  ) : null;

const About = ({ commit }: Readonly<{ commit: Commit }>) => {
  const { meta, command, at, siblings, facts } = commit;
  const [way, instance] = (command ?? '').split('/');
  return (
    <dl class="about">
      <dt>When</dt>
      <dd>
        <Time at={at} exact />
      </dd>
      <dt>Who</dt>
      <dd>{meta && <Id value={meta.actor} />}</dd>
      <dt>Why</dt>
      <dd>
        {meta?.why !== undefined && <>{meta.why}; </>}
        {madeBy(commit)} <Id value={command ?? ''} short />
        {way === 'process' && instance?.includes('-') && (
          <>
            {' '}
            of <a href={instanceHref(instance)}>{instance}</a>
          </>
        )}
      </dd>
      <dt>Caused by</dt>
      <dd>
        <Id value={meta?.causation ?? ''} short />
      </dd>
      <dt>Trace</dt>
      <dd>{meta && <a href={href(['traces', meta.correlation])}>{meta.correlation}</a>}</dd>
      <Refers name="Together with" all={siblings} />
      <Refers name="Decided on" all={facts} />
    </dl>
  );
};

/** The state at a commit, with what changed lit up; or beside the state at another one. */
const State = ({ opened, at, against }: Readonly<{ opened: OpenedStream; at: number; against: number | undefined }>) => {
  const [through] = opened.throughs;
  const { step, error } = useStep(through, at, opened.commits.length);
  const { step: other } = useStep(against === undefined ? undefined : through, against ?? 0, opened.commits.length);
  if (error !== undefined) return <ProblemNotice problem={error} />;
  if (!through) return <Empty title="No code of the domain folds this stream: it is shown as it is stored." />;
  if (!step) return <Loading />;
  const before = against === undefined ? step.before : other?.after;
  const shown = [unmasked(before), unmasked(step.after)] as const;
  const title = `State at commit ${step.commit}`;
  return (
    <div class={against === undefined ? 'stack' : 'beside'}>
      {step.fault !== undefined && <ProblemNotice problem={step.fault} />}
      {against !== undefined && (
        <section class="card" aria-label={`State at commit ${other?.commit ?? against}`}>
          <h2>State at commit {other?.commit ?? against}</h2>
          <Json value={shown[0]} />
        </section>
      )}
      <section class="card" aria-label={title}>
        <h2>{title}</h2>
        <Json value={shown[1]} before={shown[0] ?? null} />
      </section>
      {against === undefined && step.events.length > 0 && (
        <section class="card" aria-label="Events">
          <h2>{step.events.length === 1 ? 'Its event' : `Its ${step.events.length} events`}</h2>
          {step.events.map((event, i) => (
            <Json key={i} value={unmasked(event)} />
          ))}
        </section>
      )}
      <AskPersonal subjects={subjectsIn(before, step.after, step.events)} stream={opened.stream} />
    </div>
  );
};

const Stored = ({ commit }: Readonly<{ commit: Commit }>) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The item as it is stored</summary>
      {isOpen && <Json value={commit} />}
    </details>
  );
};

const Against = ({ commits, at, against }: Readonly<{ commits: readonly Commit[]; at: number; against: number | undefined }>) => (
  <div class="row">
    {against === undefined ? (
      <button type="button" class="button" onClick={() => setQuery({ with: Math.max(0, at - 1) })}>
        Compare with another commit
      </button>
    ) : (
      <>
        <label class="row">
          Compared with commit
          <input
            type="number"
            class="small"
            min={0}
            max={commits.length}
            value={against}
            onChange={(event) => setQuery({ with: event.currentTarget.value })}
          />
        </label>
        <button type="button" class="button" onClick={() => setQuery({ with: undefined })}>
          What this commit changed
        </button>
      </>
    )}
  </div>
);

/** A stream as a timeline of commits, and its state at any of them. */
export const StreamPage = ({ stream, query }: Readonly<{ stream: string; query: URLSearchParams }>) => {
  const opened = useStream(stream);
  const { commits, isWhole, error, codeFault } = opened;
  const [at, go] = usePlace(commits, query);
  const compared = query.get('with');
  const against = compared === null ? undefined : Math.min(commits.length, Math.max(0, Number(compared) || 0));
  const commit = commits[at - 1];
  const hyphen = stream.indexOf('-');
  const segments = [stream.slice(0, hyphen), stream.slice(hyphen + 1)] as const;
  return (
    <div class="screen">
      <header>
        <h1>{stream}</h1>
        <Chain {...opened} />
        <span class="dim">
          {commits.length === 1 ? '1 commit' : `${commits.length} commits`}
          {isWhole ? '' : ' so far'}
        </span>
        <button type="button" class="button" onClick={opened.reload}>
          Reload
        </button>
        {opened.throughs.length > 0 && (
          <a class="button is-main" href={href(['streams', ...segments, 'step'], placeOf(commits, at))}>
            Step through its code
          </a>
        )}
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={opened.reload} />}
      {codeFault !== undefined && <ProblemNotice problem={codeFault} />}
      {commits.length === 0 && error === undefined && <Loading />}
      {commits.length > 0 && (
        <>
          <Slider commits={commits} at={at} go={go} />
          <div class="past">
            <Timeline commits={commits} at={at} go={go} />
            <div class="stack">
              <Against commits={commits} at={at} against={against} />
              {at === 0 ? <p class="dim">Before the first commit.</p> : commit && <About commit={commit} />}
              {codeFault === undefined && <State opened={opened} at={at} against={against} />}
              {commit && <Stored commit={commit} />}
            </div>
          </div>
        </>
      )}
    </div>
  );
};
