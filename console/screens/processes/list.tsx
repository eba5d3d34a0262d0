import { useState } from 'preact/hooks';
import type { InstanceRow } from '../../../lib/core/process/instances-view.ts';
import { Badge } from '../../parts/badge.tsx';
import { LagSaid } from '../../parts/lag.tsx';
import { AgeAndOrder } from '../../parts/lists/age.tsx';
import { type AskedList, askedIn, byAge, listHref } from '../../parts/lists/by-status.ts';
import { useChosen } from '../../parts/lists/chosen.tsx';
import { Many } from '../../parts/lists/many.tsx';
import { OfPage, Pages, paged, perPage, usePage } from '../../parts/lists/pages.tsx';
import { Empty, Loading, NoneOr } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { Time } from '../../parts/time.tsx';
import { go, href } from '../../router.ts';
import { ops } from '../../session.ts';
import { orders, type Status, statusTones } from './orders.ts';

const statuses = [
  ['', 'Stand still'],
  ['stuck', 'Stuck'],
  ['parked', 'Parked'],
  ['running', 'Running'],
  ['ended', 'Ended'],
] as const;

/** A page of running or ended ones costs a scan: it is read when it is asked for. */
const polled: readonly string[] = ['', 'stuck', 'parked'];

type Asked = AskedList<'process'>;

/** What stands still is a list in the order of time; the others are gone through. */
const isOrdered = (status: string): boolean => polled.includes(status);

const to = (asked: Asked, change: Partial<Asked>): string => listHref('processes', asked, change, isOrdered);

const page = ({ status, process, cursor, ...asked }: Asked) =>
  paged(
    (from) =>
      ops.processes.report({
        ...byAge(asked, Date.now()),
        ...(status !== '' && { status: status as Status }),
        ...(process !== '' && { process }),
        ...(from !== undefined && { cursor: from }),
        limit: perPage,
      }),
    ({ instances }) => instances,
    cursor || undefined,
  );

const nameOf = ({ process, instance }: InstanceRow): string => `${process}-${instance}`;

const saidOf = ({ status, why, how, open, waitsUntil }: InstanceRow) => (
  <>
    {why ?? how ?? (open > 0 ? `${open} ${open === 1 ? 'command is' : 'commands are'} open` : '')}
    {status === 'running' && waitsUntil !== undefined && (
      <>
        {' '}
        deadline <Time at={waitsUntil} />
      </>
    )}
  </>
);

const Rows = ({ rows, reload }: Readonly<{ rows: readonly InstanceRow[]; reload: () => void }>) => {
  const [asking, setAsking] = useState<(typeof orders)[number]>();
  const { chosen, column, all, none } = useChosen(rows, nameOf);
  const isSettled = rows.every(({ status }) => orders.every((each) => !each.for.includes(status)));
  const done = (wasDone: boolean) => {
    setAsking(undefined);
    if (!wasDone) return;
    none();
    reload();
  };
  return (
    <>
      {!isSettled && (
        <div class="row" role="toolbar" aria-label="For the chosen ones">
          <button type="button" class="button" onClick={chosen.length === rows.length ? none : all}>
            {chosen.length === rows.length ? 'Choose none' : `Choose all ${rows.length}`}
          </button>
          {orders.map((each) => {
            const fitting = chosen.filter(({ status }) => each.for.includes(status));
            return (
              <button
                key={each.order}
                type="button"
                class={each.isDanger ? 'button is-danger' : 'button'}
                disabled={fitting.length === 0}
                onClick={() => setAsking(each)}
              >
                {each.name} {fitting.length > 0 ? fitting.length : ''}
              </button>
            );
          })}
          <span class="dim">{chosen.length} chosen</span>
        </div>
      )}
      <div class="instances">
        <Table
          label="Instances"
          columns={[
            ...(isSettled ? [] : [column]),
            { name: 'Process', of: ({ process }) => process },
            { name: 'Instance', of: ({ process, instance }) => <a href={href(['processes', process, instance])}>{instance}</a> },
            { name: 'Status', of: ({ status }) => <Badge tone={statusTones[status]}>{status}</Badge> },
            { name: 'Since', of: ({ since }) => <Time at={since} /> },
            { name: 'Why', of: saidOf },
          ]}
          rows={rows}
          keyOf={nameOf}
          choose={({ process, instance }) => go(href(['processes', process, instance]))}
        />
      </div>
      {asking && (
        <Many
          title={asking.name}
          items={chosen.filter(({ status }) => asking.for.includes(status))}
          nameOf={nameOf}
          act={({ process, instance }, why) => ops.processes.order(process, instance, asking.order, why)}
          needsWhy
          isDanger={asking.isDanger}
          close={done}
        >
          <p>{asking.follows}</p>
        </Many>
      )}
    </>
  );
};

const Nothing = ({ asked }: Readonly<{ asked: Asked }>) => (
  <Empty title={isOrdered(asked.status) ? 'No instance stands still' : `No instance is ${asked.status}`}>
    <span>
      {asked.age !== ''
        ? 'None has had this status for that long.'
        : isOrdered(asked.status)
          ? 'None is stuck on a refusal or parked by an exception: no person has anything to do here.'
          : 'The list follows the commits within a few seconds.'}
    </span>
  </Empty>
);

/** The instances of processes by status, those first that need a person. */
export const Instances = ({ query }: Readonly<{ query: URLSearchParams }>) => {
  const asked = askedIn(query, 'process');
  const { process, cursor } = asked;
  const often = isOrdered(asked.status) ? 5_000 : undefined;
  const { value, error, isLoading, reload } = usePage(query, often, () => page(asked));
  const rows = (value?.instances ?? []) as readonly InstanceRow[];
  return (
    <section class="screen">
      <header>
        <h1>Processes</h1>
        <span class="dim">Their instances: what stands still first, in the order of time.</span>
        <button type="button" class="button is-plain" onClick={reload} disabled={isLoading}>
          Read again
        </button>
      </header>
      {error !== undefined && <NoneOr problem={error} retry={reload} what="processes" />}
      {value && (
        <ul class="bare consumers" aria-label="Processes">
          {value.processes.map(({ process: name, lag }) => (
            <li key={name}>
              <a href={to(asked, { process: process === name ? '' : name })} aria-current={process === name ? 'true' : undefined}>
                {name}
              </a>
              <LagSaid lag={lag} />
            </li>
          ))}
        </ul>
      )}
      <Tabs
        label="By status"
        tabs={statuses.map(([each, name]) => ({
          name,
          to: to(asked, { status: each }),
          isCurrent: each === asked.status,
        }))}
      />
      <AgeAndOrder asked={asked} isOrdered={isOrdered(asked.status)} ask={(by) => go(to(asked, by))} />
      {process !== '' && (
        <p>
          Of {process} alone. <a href={to(asked, { process: '' })}>Of all processes</a>
        </p>
      )}
      {!value && isLoading && <Loading />}
      {value && rows.length === 0 && value.cursor === undefined && <Nothing asked={asked} />}
      {value && rows.length > 0 && (
        <OfPage of={value.of} query={query}>
          <Rows rows={rows} reload={reload} />
        </OfPage>
      )}
      {value && <Pages to={(next) => to(asked, { cursor: next ?? '' })} cursor={cursor} next={value.cursor} />}
    </section>
  );
};
