import { useState } from 'preact/hooks';
import type { RebuildReport } from '../../../lib/engine/rebuild/operator/report.ts';
import { Badge } from '../../parts/badge.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Id } from '../../parts/id.tsx';
import { streamHref } from '../../parts/links.ts';
import { usePollUntil } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { href } from '../../router.ts';
import { ops } from '../../session.ts';
import { RollBack } from './roll-back.tsx';
import { duration, ended, stateTone, stepsOf } from './steps.ts';
import { Figures, Steps } from './wizard.tsx';

const often = 2_000;
const many = new Intl.NumberFormat('en');

const Differences = ({ differences = [], found = 0 }: Pick<RebuildReport, 'differences' | 'found'>) =>
  found === 0 ? null : (
    <>
      <h2>
        {many.format(found)} {found === 1 ? 'difference' : 'differences'}
        {found > differences.length ? `, the first ${differences.length} of which are these` : ''}
      </h2>
      <Table
        label="Differences"
        rows={differences}
        keyOf={(each) => JSON.stringify(each)}
        columns={[
          {
            name: 'Where',
            of: ({ stream, row }) => (stream ? <a href={streamHref(stream)}>{stream}</a> : <span class="mono">{row}</span>),
          },
          { name: 'What', of: ({ what }) => <Badge tone="bad">{what}</Badge> },
          { name: 'In detail', of: ({ detail }) => detail },
        ]}
      />
    </>
  );

const saidOf = ({ kind, state, revision, reason, found = 0, ordered = 0 }: RebuildReport): string | undefined => {
  if (state === 'failed') return `It failed: ${reason ?? 'no reason is known'}. The revision that answered before answers still.`;
  if (state === 'cancelled') return `${reason ?? 'It was cancelled.'} The revision that answered before answers still.`;
  if (state === 'switched')
    return `Revision ${revision} answers now. The one before is kept up to date, so that it can be rolled back to.`;
  if (state === 'replayed') return 'All streams were folded again.';
  if (state === 'audited')
    return found === 0 ? 'Nothing differs.' : ordered > 0 ? `${ordered} repairs were asked for.` : 'Nothing was changed.';
  return kind === 'rebuild' ? undefined : 'The revision answers meanwhile.';
};

/** One rebuild or audit: its steps, how far it is, what it found, and what may be done about it. */
export const Rebuilding = ({ name, id }: Readonly<{ name: string; id: string }>) => {
  const [asking, setAsking] = useState<'cancel' | 'roll-back'>();
  const { value, error, reload } = usePollUntil(
    ({ state }) => ended.includes(state),
    () => ops.rebuilds.report(id),
    often,
    [id],
  );
  if (!value) return error === undefined ? <Loading /> : <ProblemNotice problem={error} retry={reload} />;
  const { kind, state, progress, revision, why, by, startedAt, endedAt } = value;
  const isOver = ended.includes(state);
  // A roll back is among the rebuilds, and has no progress.
  const isRollBack = progress === undefined;
  const said = saidOf(value);
  return (
    <>
      {!isRollBack && <Steps steps={stepsOf(kind, state)} />}
      <div class="card">
        <div class="row">
          <h2>
            {isRollBack ? 'Roll back to' : kind === 'audit' ? 'Audit of' : 'Rebuild of'} revision {revision}
          </h2>
          <Badge tone={stateTone(state)}>{state}</Badge>
          <Id value={id} short />
        </div>
        <p class="dim">
          “{why}”, <Id value={by} short />, <Time at={startedAt} />
        </p>
        {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
        {said && <div class={`notice is-${state === 'failed' ? 'bad' : isOver ? 'ok' : 'warn'}`}>{said}</div>}
        {!isRollBack && (
          <>
            {!isOver && (
              <progress class="bar" max={Math.max(1, progress.aboutCommits)} value={progress.commits} aria-label="Commits read" />
            )}
            <Figures
              of={[
                ['Commits', `${many.format(progress.commits)} of ${isOver ? '' : 'about '}${many.format(progress.aboutCommits)}`],
                ['Rate', `${many.format(progress.commitsPerSecond)} commits/s`],
                ...(progress.secondsLeft === undefined ? [] : [['Left, about', duration(progress.secondsLeft)] as const]),
                ...(endedAt ? [['It took', duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000)] as const] : []),
                ['Streams', many.format(progress.streams)],
                ['Caught up', `${many.format(progress.drained)} of ${many.format(progress.dirty)} noted`],
                ['Segments', `${progress.segments.done} of ${progress.segments.of}`],
                [
                  'Read and write units',
                  `${many.format(Math.round(progress.readUnits))}, ${many.format(Math.round(progress.writeUnits))}`,
                ],
              ]}
            />
          </>
        )}
        <div class="row">
          {!isOver && !isRollBack && (
            <button type="button" class="button is-danger" onClick={() => setAsking('cancel')}>
              Cancel it
            </button>
          )}
          {state === 'switched' && (
            <button type="button" class="button is-danger" onClick={() => setAsking('roll-back')}>
              Roll back
            </button>
          )}
          <a class="button" href={href(['views', name, 'history'])}>
            All rebuilds of {name}
          </a>
        </div>
      </div>
      {!isRollBack && <Differences {...value} />}
      {asking === 'cancel' && (
        <Confirm
          title="Cancel it"
          isDanger
          act={async (why) => {
            await ops.rebuilds.cancel(id, why === '' ? {} : { why });
            reload();
          }}
          close={() => setAsking(undefined)}
        >
          <p>The revision that answers keeps answering. What is filled stays, and the next rebuild goes on from it.</p>
        </Confirm>
      )}
      {asking === 'roll-back' && <RollBack name={name} close={() => setAsking(undefined)} />}
    </>
  );
};
