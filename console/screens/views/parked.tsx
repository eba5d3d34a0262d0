import { useState } from 'preact/hooks';
import type { FlowView } from '../../../lib/engine/operate/flow/report.ts';
import { LagSaid } from '../../parts/lag.tsx';
import { lettersHref, streamHref } from '../../parts/links.ts';
import { useChosen } from '../../parts/lists/chosen.tsx';
import { Many } from '../../parts/lists/many.tsx';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { ops } from '../../session.ts';

const often = 5_000;

const DeadLetters = ({ view }: Readonly<{ view: FlowView }>) => (
  <div class="notice is-warn">
    <strong>
      {view.lag.deadLetters === 1 ? 'One dead letter waits' : `${view.lag.deadLetters} dead letters wait`}: {view.name} gave up on
      it after many tries.
    </strong>
    <span>
      What is missing in the view because of it, the sweep finds and sends by itself.{' '}
      <a href={lettersHref('view', `${view.name}.r${view.revision}`)}>Look at them, and put them back</a>
    </span>
  </div>
);

/** The streams that are parked in a revision, with what stopped them, and a way to take them up again: one, or many. */
export const Parked = ({ view }: Readonly<{ view: FlowView }>) => {
  const { name, revision } = view;
  const [isAsking, setAsking] = useState(false);
  const { value, error, reload } = usePoll(
    async () => (await ops.views.report()).projections.find((each) => each.name === name && each.revision === revision),
    often,
    [name, revision],
  );
  const rows = value?.parked ?? [];
  const { chosen, column, all, none } = useChosen(rows, ({ stream }) => stream);
  return (
    <>
      <div class="row">
        <LagSaid lag={view.lag} />
      </div>
      {view.lag.deadLetters > 0 && <DeadLetters view={view} />}
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value && rows.length === 0 && (
        <Empty title="No stream is parked">
          <span>A stream is parked where the view's code throws at one of its commits; all other streams go on.</span>
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <p>
            The view's code threw at these commits, and each stream waits there; all others go on. Look at the commit, mend the
            code and deploy it, then resume: the view goes on from that commit.
          </p>
          <div class="row" role="toolbar" aria-label="For the chosen ones">
            <button type="button" class="button" onClick={chosen.length === rows.length ? none : all}>
              {chosen.length === rows.length ? 'Choose none' : `Choose all ${rows.length}`}
            </button>
            <button type="button" class="button is-main" disabled={chosen.length === 0} onClick={() => setAsking(true)}>
              Resume {chosen.length > 0 ? chosen.length : ''}
            </button>
            <span class="dim">
              {chosen.length} chosen{value?.moreParked ? '; more than these are parked' : ''}
            </span>
          </div>
          <Table
            label="Parked streams"
            rows={rows}
            keyOf={({ stream }) => stream}
            columns={[
              column,
              { name: 'Stream', of: ({ stream }) => <a href={streamHref(stream)}>{stream}</a> },
              {
                name: 'Stopped at',
                of: ({ stream, commit }) => <a href={streamHref(stream, { commit })}>commit {commit}</a>,
              },
              { name: 'Since', of: ({ since }) => <Time at={since} /> },
              { name: 'Why', of: ({ reason }) => <span class="mono">{reason}</span> },
            ]}
          />
        </>
      )}
      {isAsking && (
        <Many
          title="Resume"
          items={chosen}
          nameOf={({ stream }) => stream}
          act={({ stream }, why) => ops.views.resume(name, stream, { revision, ...(why !== '' && { why }) })}
          close={(wasDone) => {
            setAsking(false);
            if (!wasDone) return;
            none();
            reload();
          }}
        >
          <p>The view applies their commits from where it stopped. One that throws again is parked again.</p>
        </Many>
      )}
    </>
  );
};
