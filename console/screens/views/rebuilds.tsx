import { useState } from 'preact/hooks';
import type { FlowView } from '../../../lib/engine/operate/flow/report.ts';
import { Badge } from '../../parts/badge.tsx';
import { Id } from '../../parts/id.tsx';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { go, href } from '../../router.ts';
import { ops } from '../../session.ts';
import { RollBack } from './roll-back.tsx';
import { stateTone } from './steps.ts';

const often = 5_000;

/** The rebuilds, audits and roll backs of a view, the newest first. */
export const History = ({ name, revisions }: Readonly<{ name: string; revisions: readonly FlowView[] }>) => {
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
      {isAsking && <RollBack name={name} close={() => setAsking(false)} />}
    </>
  );
};
