import { useState } from 'preact/hooks';
import type { ScheduleReport } from '../../../lib/engine/operate/schedules.ts';
import { Badge } from '../../parts/badge.tsx';
import { LagSaid } from '../../parts/lag.tsx';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, NoneOr } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { href } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { ops } from '../../session.ts';
import { Order, type OrderKind } from './order.tsx';
import './schedules.css';

const often = 5_000;

const State = ({ schedule: { paused, late, running, due } }: Readonly<{ schedule: ScheduleReport }>) => {
  if (running?.fault) return <Badge tone="bad">fails</Badge>;
  if (late !== undefined) return <Badge tone="bad">late</Badge>;
  if (paused) return <Badge tone="warn">paused</Badge>;
  if (running) return <Badge tone="busy">running</Badge>;
  return due ? <Badge tone="busy">due</Badge> : <Badge tone="ok">on time</Badge>;
};

const Facts = ({ schedule }: Readonly<{ schedule: ScheduleReport }>) => {
  const { next, last, running, due, late, paused, skipped, asked, leaveOut, catchUp } = schedule;
  return (
    <dl class="facts-wide">
      <dt>Next</dt>
      <dd>{next === undefined ? 'never again' : <Time at={next} />}</dd>
      {late !== undefined && (
        <>
          <dt>Late</dt>
          <dd class="is-bad">
            <Time at={late} /> has been due, and nothing moves. Look at its queue, and at the logs of its function.
          </dd>
        </>
      )}
      {due && (
        <>
          <dt>Due</dt>
          <dd>
            <Time at={due.time} />
            {due.times > 1 && `, one of ${due.times} times that have passed; it catches up ${catchUp}`}
          </dd>
        </>
      )}
      {running && (
        <>
          <dt>Running</dt>
          <dd>
            <Time at={running.time} />: {running.sent} sent, {running.refused} refused
            {running.fault && (
              <span class="is-bad">
                ; its last try failed <Time at={running.fault.at} />: {running.fault.cause}
              </span>
            )}
          </dd>
        </>
      )}
      <dt>Last</dt>
      <dd>
        {last ? (
          <>
            <Time at={last.time} />: {last.sent} sent, {last.refused} refused, ended <Time at={last.ended} age={false} />
          </>
        ) : (
          <span class="dim">it has not run yet</span>
        )}
      </dd>
      {paused && (
        <>
          <dt>Paused</dt>
          <dd>
            <Time at={paused.at} /> by {paused.by}: {paused.why}
          </dd>
        </>
      )}
      {skipped && (
        <>
          <dt>Left out</dt>
          <dd>
            {skipped.times} {skipped.times === 1 ? 'time' : 'times'}, the last of them <Time at={skipped.last} />
          </dd>
        </>
      )}
      {asked && (
        <>
          <dt>Ordered</dt>
          <dd>
            <Time at={asked.time} /> is to be run, by {asked.by}: {asked.why}
          </dd>
        </>
      )}
      {leaveOut && (
        <>
          <dt>To be left out</dt>
          <dd>
            {leaveOut.map((time) => (
              <span key={time} class="block">
                <Time at={time} />
              </span>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
};

const Orders = ({ orders }: Readonly<{ orders: NonNullable<ScheduleReport['orders']> }>) => (
  <details>
    <summary>What operators ordered ({orders.length})</summary>
    <ul class="orders">
      {orders.map(({ order, by, why, at, time }) => (
        <li key={at}>
          <Time at={at} /> {by}: {order}
          {time !== undefined && (
            <>
              {' '}
              <Time at={time} age={false} />
            </>
          )}
          : {why}
        </li>
      ))}
    </ul>
  </details>
);

const kindsFor = ({ paused }: ScheduleReport): readonly OrderKind[] => [paused ? 'resume' : 'pause', 'run', 'skip'];
const names: Readonly<Record<OrderKind, string>> = { pause: 'Pause', resume: 'Resume', run: 'Run a time', skip: 'Skip a time' };

type Asking = Readonly<{ schedule: ScheduleReport; kind: OrderKind }>;

/** The schedules: when each runs next, what it did last, and what operators ordered. */
export default ({ path: [only] }: ScreenProps) => {
  const [asking, setAsking] = useState<Asking>();
  const { value, error, reload } = usePoll(() => ops.schedules.report(), often, []);
  const shown = value?.filter(({ schedule }) => only === undefined || schedule === only);
  return (
    <section class="screen">
      <header>
        <h1>Schedules</h1>
        <span class="dim">Commands that are sent at certain times.</span>
        {only !== undefined && <a href={href(['schedules'])}>All schedules</a>}
      </header>
      {error !== undefined && <NoneOr problem={error} retry={reload} what="schedules" />}
      {!value && error === undefined && <Loading />}
      {shown?.length === 0 && (
        <Empty title={only === undefined ? 'There is no schedule' : `There is no schedule ${only}`}>
          <span>A schedule is declared in the manifest, with the command that it sends.</span>
        </Empty>
      )}
      {shown?.map((schedule) => (
        <article key={schedule.schedule} class="card" aria-label={schedule.schedule}>
          <div class="row">
            <h2>
              <a href={href(['schedules', schedule.schedule])}>{schedule.schedule}</a>
            </h2>
            <State schedule={schedule} />
            <code>{schedule.cron}</code>
            <span class="dim">{schedule.timezone}</span>
          </div>
          <Facts schedule={schedule} />
          <LagSaid lag={schedule.lag} />
          <div class="row" role="toolbar" aria-label={`What you may order of ${schedule.schedule}`}>
            {kindsFor(schedule).map((kind) => (
              <button key={kind} type="button" class="button" onClick={() => setAsking({ schedule, kind })}>
                {names[kind]}
              </button>
            ))}
          </div>
          {schedule.orders && <Orders orders={schedule.orders} />}
        </article>
      ))}
      {asking && (
        <Order
          {...asking}
          title={`${names[asking.kind]}: ${asking.schedule.schedule}`}
          close={() => {
            setAsking(undefined);
            reload();
          }}
        />
      )}
    </section>
  );
};
