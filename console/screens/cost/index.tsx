import type { CostReport } from '../../../lib/engine/cost/measured.ts';
import { useLoad } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { href } from '../../router.ts';
import { ops } from '../../session.ts';
import { barsOf, money } from './bars.ts';
import './cost.css';

/** Bars beside their names: what costs most is at the top. */
const Chart = ({ title, all }: Readonly<{ title: string; all: readonly Readonly<{ name: string; value: number }>[] }>) => (
  <section class="card">
    <h2>{title}</h2>
    <ul class="bare cost-bars">
      {barsOf(all).map(({ name, value, share }) => (
        <li key={name}>
          <span class="name">{name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect width={Math.max(0.5, share * 100)} height="10" />
          </svg>
          <span class="value">{money(value)}</span>
        </li>
      ))}
    </ul>
  </section>
);

const partHref = (part: string): string | undefined => {
  const [kind = '', name] = part.split(' ');
  return name !== undefined && ['view', 'process'].includes(kind) ? href(['model', kind, name]) : undefined;
};

const Missing = ({ missing, notCounted }: Pick<CostReport, 'missing' | 'notCounted'>) => (
  <section class="card">
    <h2>What this does not tell</h2>
    {missing.length > 0 && (
      <>
        <p>Nobody has told anything of these metrics: either nothing happened, or this cloud does not measure it.</p>
        <ul class="cost-missing">
          {missing.map((metric) => (
            <li key={metric}>
              <code>{metric}</code>
            </li>
          ))}
        </ul>
      </>
    )}
    <p>Paid for beside it:</p>
    <ul>
      {notCounted.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  </section>
);

const Measured = ({ report }: Readonly<{ report: CostReport }>) => {
  const { all, parts, services } = report;
  return (
    <>
      <dl class="cost-all">
        <div class="card">
          <dt>The last hour</dt>
          <dd>{money(all.usd)}</dd>
        </div>
        <div class="card">
          <dt>A month of such hours</dt>
          <dd>{money(all.usdAMonth)}</dd>
        </div>
      </dl>
      <Chart title="A month, by part" all={parts.map(({ part, usdAMonth }) => ({ name: part, value: usdAMonth }))} />
      <Chart title="A month, by service" all={services.map(({ service, usdAMonth }) => ({ name: service, value: usdAMonth }))} />
      <section class="card">
        <h2>By part</h2>
        <Table
          label="What each part has used and cost"
          rows={parts}
          keyOf={({ part }) => part}
          columns={[
            {
              name: 'Part',
              of: ({ part }) => {
                const to = partHref(part);
                return to ? <a href={to}>{part}</a> : part;
              },
            },
            { name: 'Write units', isNumber: true, of: ({ used }) => (used.writeUnits ?? 0).toLocaleString('en-GB') },
            { name: 'Read units', isNumber: true, of: ({ used }) => (used.readUnits ?? 0).toLocaleString('en-GB') },
            { name: 'Invocations', isNumber: true, of: ({ used }) => (used.invocations ?? 0).toLocaleString('en-GB') },
            { name: 'The hour', isNumber: true, of: ({ usd }) => money(usd) },
            { name: 'A month', isNumber: true, of: ({ usdAMonth }) => money(usdAMonth) },
          ]}
        />
      </section>
    </>
  );
};

const CostScreen = () => {
  const { value: report, error, reload } = useLoad(() => ops.cost(), []);
  return (
    <div class="screen">
      <h1>Cost</h1>
      {error !== undefined && !report ? (
        <ProblemNotice problem={error} retry={reload} />
      ) : !report ? (
        <Loading />
      ) : (
        <>
          <p class="dim">
            From <Time at={report.from} age={false} /> to <Time at={report.to} />, at list prices of {report.listedOn} in{' '}
            {report.region}
            {report.deployedIn !== undefined && `, which stand in for those of ${report.deployedIn}`}. Free tiers and discounts
            are left out.
          </p>
          {report.parts.length > 0 ? (
            <Measured report={report} />
          ) : (
            <Empty title="Nothing of the last hour is measured.">
              <p>
                What has no figure is not shown as zero. A local cloud measures nothing of what is named below; on AWS it means
                that nothing happened, or that the deployment is younger than an hour.
              </p>
            </Empty>
          )}
          <Missing missing={report.missing} notCounted={report.notCounted} />
        </>
      )}
    </div>
  );
};

export default CostScreen;
