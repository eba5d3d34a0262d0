import { useState } from 'preact/hooks';
import type { Certificate } from '../../../lib/engine/operate/erase.ts';
import type { SubjectReport } from '../../../lib/engine/operate/subjects/report.ts';
import { Badge } from '../../parts/badge.tsx';
import { Field } from '../../parts/field.tsx';
import { Id } from '../../parts/id.tsx';
import { useLoad } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { go, href } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { isOperator, ops } from '../../session.ts';
import { EraseDialog, ExportDialog } from './actions.tsx';
import { download } from './download.ts';
import './subjects.css';

/** A way to another screen, for operators: others who may erase have no such screen. */
const Known = ({ to, children }: Readonly<{ to: readonly string[]; children: string }>) =>
  isOperator.value ? <a href={href(to)}>{children}</a> : <span class="mono">{children}</span>;

const Find = ({ id }: Readonly<{ id: string }>) => (
  <form
    class="row subject-find"
    onSubmit={(event) => {
      event.preventDefault();
      const text = String(new FormData(event.currentTarget).get('subject')).trim();
      if (text) go(href(['subjects', text]));
    }}
  >
    <Field label="The subject's id" hint="The id under which personal values were sealed, such as that of a customer.">
      <input key={id} name="subject" required defaultValue={id} autoComplete="off" spellcheck={false} />
    </Field>
    <button type="submit" class="button is-main">
      Look up
    </button>
  </form>
);

const CertificateCard = ({ certificate }: Readonly<{ certificate: Certificate }>) => {
  const { subject, erased, record, lastKeyGone } = certificate;
  return (
    <section class="notice is-ok" aria-label="Certificate">
      <strong>The erasure of {subject} is certified.</strong>
      <span>
        Erased <Time at={erased.at} /> by {erased.by}: {erased.why}. No function has a key any more after{' '}
        <Time at={lastKeyGone} />.
      </span>
      <span class="row">
        Recorded in <Id value={record} />
        <button type="button" class="button" onClick={() => download(`certificate-${record}.json`, certificate)}>
          Save the certificate
        </button>
      </span>
    </section>
  );
};

const State = ({ report: { erased, holds } }: Readonly<{ report: SubjectReport }>) => {
  if (erased)
    return (
      <p class="row">
        <Badge tone="bad">Erased</Badge>
        <span>
          <Time at={erased.at} /> by {erased.by}: {erased.why}
        </span>
      </p>
    );
  if (holds.streams === 0) return <Badge tone="off">Nothing is held</Badge>;
  return <Badge tone="ok">Values are held</Badge>;
};

const HeldCard = ({ report: { holds, streams } }: Readonly<{ report: SubjectReport }>) => {
  const { categories = {}, unknown, views, processes } = holds;
  return (
    <section class="card">
      <h2>What is held</h2>
      {unknown !== undefined ? (
        <div class="notice is-warn">{unknown}</div>
      ) : (
        <p>
          {holds.streams} {holds.streams === 1 ? 'stream holds' : 'streams hold'}
          {holds.more ? ' at least' : ''} values of this person
          {Object.keys(categories).length > 0 &&
            `: ${Object.entries(categories)
              .map(([category, n]) => `${n} of ${category}`)
              .join(', ')}`}
          . <span class="dim">As of </span>
          <Time at={holds.asOf} />
        </p>
      )}
      {streams.length > 0 && (
        <Table
          label="Streams that hold values"
          rows={streams}
          keyOf={({ stream }) => stream}
          columns={[
            {
              name: 'Stream',
              of: ({ stream, category }) => <Known to={['streams', category, stream.slice(category.length + 1)]}>{stream}</Known>,
            },
            { name: 'Since', of: ({ since }) => <Time at={since} /> },
            { name: 'Ended', of: ({ endedAt }) => (endedAt === undefined ? '' : <Time at={endedAt} />) },
          ]}
        />
      )}
      {views.length + processes.length > 0 && (
        <p>
          Copies may be in{' '}
          {[...views.map((name) => ['view', name] as const), ...processes.map((name) => ['process', name] as const)].map(
            ([kind, name], i) => (
              <span key={name}>
                {i > 0 ? ', ' : ''}
                <Known to={['model', kind, name]}>{name}</Known>
              </span>
            ),
          )}
          . They are sealed too, and go with the keys.
        </p>
      )}
    </section>
  );
};

const DoneCard = ({ report: { done, moreDone, record } }: Readonly<{ report: SubjectReport }>) => (
  <section class="card">
    <h2>What was done</h2>
    {done.length === 0 ? (
      <p class="dim">Nobody has exported or erased anything.</p>
    ) : (
      <Table
        label="Exports and erasures"
        rows={done}
        keyOf={({ at, what, why }) => `${at} ${what} ${why}`}
        columns={[
          { name: 'What', of: ({ what }) => <Badge tone={what === 'erased' ? 'bad' : 'off'}>{what}</Badge> },
          { name: 'When', of: ({ at }) => <Time at={at} /> },
          { name: 'By', of: ({ by }) => <Id value={by} short /> },
          { name: 'Why', of: ({ why }) => why },
        ]}
      />
    )}
    <p class="dim">
      {moreDone ? 'There is more. ' : ''}It is recorded in <Id value={record} />.
    </p>
  </section>
);

const Subject = ({ id }: Readonly<{ id: string }>) => {
  const { value: report, error, reload } = useLoad(() => ops.subjects.read(id), [id]);
  const [asked, setAsked] = useState<'export' | 'erase'>();
  const [certificate, setCertificate] = useState<Certificate>();
  if (error !== undefined && !report) return <ProblemNotice problem={error} retry={reload} />;
  if (!report) return <Loading />;
  const close = () => setAsked(undefined);
  const { erased } = report;
  const certify = async () => erased && setCertificate(await ops.subjects.erase(id, erased.why));
  return (
    <>
      <div class="row">
        <Id value={id} />
        <State report={report} />
      </div>
      {certificate && <CertificateCard certificate={certificate} />}
      <HeldCard report={report} />
      <DoneCard report={report} />
      <div class="row">
        <button type="button" class="button" onClick={() => setAsked('export')}>
          Export…
        </button>
        {erased ? (
          <button type="button" class="button" disabled={certificate !== undefined} onClick={certify}>
            Show the certificate
          </button>
        ) : (
          <button type="button" class="button is-danger" onClick={() => setAsked('erase')}>
            Erase…
          </button>
        )}
      </div>
      {asked === 'export' && <ExportDialog id={id} close={close} done={reload} />}
      {asked === 'erase' && (
        <EraseDialog
          id={id}
          close={close}
          done={(made) => {
            setCertificate(made);
            reload();
          }}
        />
      )}
    </>
  );
};

const SubjectsScreen = ({ path }: ScreenProps) => {
  const [id] = path;
  return (
    <div class="screen">
      <h1>Subjects</h1>
      <Find id={id ?? ''} />
      {id === undefined ? (
        <Empty title="A subject is a person whose values are held sealed.">
          <p>Look one up by id: where values are, how much, and what was done with them. No value is shown.</p>
        </Empty>
      ) : (
        <Subject key={id} id={id} />
      )}
    </div>
  );
};

export default SubjectsScreen;
