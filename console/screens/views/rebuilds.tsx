import { useState } from 'preact/hooks';
import type { FlowView } from '../../../lib/engine/operate/flow/report.ts';
import { Badge } from '../../parts/badge.tsx';
import { Id } from '../../parts/id.tsx';
import { streamHref } from '../../parts/links.ts';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { go, href } from '../../router.ts';
import { ops } from '../../session.ts';
import { RollBack } from './roll-back.tsx';
import { stateTone } from './steps.ts';

const often = 5_000;

/** The acts of operators on the revision that is shown, beside rebuilds. */
const Acts = ({ name, revision }: Readonly<{ name: string; revision: number }>) => {
  const { value } = usePoll(() => ops.views.acts(name, { revision }), often, [name, revision]);
  if (!value || value.acts.length === 0) return null;
  return (
    <section class="stack" aria-label="What operators did">
      <h2>What operators did to revision {revision}</h2>
      <Table
        label="Acts of operators"
        rows={value.acts}
        keyOf={({ at, correlation, stream }) => `${at} ${correlation} ${stream}`}
        columns={[
          { name: 'What', of: ({ act }) => act },
          { name: 'Stream', of: ({ stream }) => (stream === undefined ? '' : <a href={streamHref(stream)}>{stream}</a>) },
          { name: 'When', of: ({ at }) => <Time at={at} /> },
          { name: 'By', of: ({ by }) => <Id value={by} short /> },
          { name: 'Why', of: ({ why }) => why ?? <span class="dim">no reason was given</span> },
        ]}
      />
    </section>
  );
};

/** The rebuilds, audits and roll backs of a view, the newest first, and what else operators did to the revision that is shown. */
export const History = ({
  name,
  revisions,
  shown,
}: Readonly<{ name: string; revisions: readonly FlowView[]; shown: number }>) => {
  const [isAsking, setAsking] = useState(false);
  const { value, error, reload } = usePoll(() => ops.rebuilds.list(name), often, [name]);
  return (
    <>
      <div class="row">
        <a class="button is-main" href={href(['views', name, 'rebuild'])}>
          Rebuild or audit
        </a>
        {revisions.length > 1 && (
          <button type="button" class="button is-danger" onClick={() => setAsking(true)}>
            Roll back
          </button>
        )}
      </div>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value?.length === 0 && (
        <Empty title="This view was never rebuilt, audited or rolled back">
          <span>The first revision of a small view is built by the deployment itself.</span>
        </Empty>
      )}
      {value && value.length > 0 && (
        <Table
          label="Rebuilds"
          rows={value}
          keyOf={({ id }) => id}
          choose={({ id }) => go(href(['views', name, 'rebuild', id]))}
          columns={[
            { name: 'What', of: ({ id, kind }) => <a href={href(['views', name, 'rebuild', id])}>{kind}</a> },
            { name: 'Revision', isNumber: true, of: ({ revision }) => revision },
            { name: 'State', of: ({ state }) => <Badge tone={stateTone(state)}>{state}</Badge> },
            { name: 'Begun', of: ({ startedAt }) => <Time at={startedAt} /> },
            { name: 'By', of: ({ by }) => <Id value={by} short /> },
            { name: 'Why', of: ({ why }) => why },
          ]}
        />
      )}
      <Acts name={name} revision={shown} />
      {isAsking && <RollBack name={name} close={() => setAsking(false)} />}
    </>
  );
};
