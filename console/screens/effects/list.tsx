import { useState } from 'preact/hooks';
import type { PerformanceRow } from '../../../lib/core/effect/performances-view.ts';
import type { EffectsReport } from '../../../lib/engine/operate/effects.ts';
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
import { isUnanswered, statusTones } from './statuses.ts';

const statuses = [
  ['', 'Need a person'],
  ['failing', 'Failing'],
  ['timed-out', 'Timed out'],
  ['late', 'Late'],
  ['open', 'Open'],
  ['answered', 'Answered'],
  ['refused', 'Refused'],
] as const;

const polled: readonly string[] = ['', 'failing', 'timed-out', 'late'];

type Asked = AskedList<'effect'>;

/** What needs a person is a list in the order of time; the others are gone through. */
const isOrdered = (status: string): boolean => polled.includes(status);

const to = (asked: Asked, change: Partial<Asked>): string => listHref('effects', asked, change, isOrdered);

const Effects = ({ effects, asked }: Readonly<{ effects: EffectsReport['effects']; asked: Asked }>) => (
  <ul class="bare consumer-cards" aria-label="Effects">
    {effects.map(({ effect: name, provider, circuit, openUntil, lag }) => (
      <li key={name} class="card">
        <div class="row">
          <a
            href={to(asked, { effect: asked.effect === name ? '' : name })}
            aria-current={asked.effect === name ? 'true' : undefined}
          >
            {name}
          </a>
          <Badge tone={circuit === 'open' ? 'bad' : 'ok'}>circuit {circuit}</Badge>
        </div>
        <span class="dim">provider {provider}</span>
        {openUntil !== undefined && (
          <span>
            Next probe <Time at={openUntil} />
          </span>
        )}
        <LagSaid lag={lag} />
      </li>
    ))}
  </ul>
);

const page = ({ status, effect, cursor, ...asked }: Asked) =>
  paged(
    (from) =>
      ops.effects.report({
        ...byAge(asked, Date.now()),
        ...(status !== '' && { status }),
        ...(effect !== '' && { effect }),
        ...(from !== undefined && { cursor: from }),
        limit: perPage,
      }),
    ({ performances }) => performances,
    cursor || undefined,
  );

const nameOf = ({ performance }: PerformanceRow): string => performance;

const saidOf = ({ why, late, by, again }: PerformanceRow) => (
  <>
    {[late && `the outcome came late: ${late}`, why, by && `by ${by}`].filter(Boolean).join('; ')}
    {again !== undefined && (
      <>
        ; again <Time at={again} />
      </>
    )}
  </>
);

const Rows = ({ rows, reload }: Readonly<{ rows: readonly PerformanceRow[]; reload: () => void }>) => {
  const [isAsking, setAsking] = useState(false);
  const { chosen, column, all, none } = useChosen(rows, nameOf);
  const mayRetry = rows.some(({ status }) => isUnanswered(status));
  const fitting = chosen.filter(({ status }) => isUnanswered(status));
  const done = (wasDone: boolean) => {
    setAsking(false);
    if (!wasDone) return;
    none();
    reload();
  };
  return (
    <>
      {mayRetry && (
        <div class="row" role="toolbar" aria-label="For the chosen ones">
          <button type="button" class="button" onClick={chosen.length === rows.length ? none : all}>
            {chosen.length === rows.length ? 'Choose none' : `Choose all ${rows.length}`}
          </button>
          <button type="button" class="button" disabled={fitting.length === 0} onClick={() => setAsking(true)}>
            Retry {fitting.length > 0 ? fitting.length : ''}
          </button>
          <span class="dim">{chosen.length} chosen</span>
        </div>
      )}
      <Table
        label="Performances"
        columns={[
          ...(mayRetry ? [column] : []),
          { name: 'Effect', of: ({ effect }) => effect },
          { name: 'Performance', of: ({ performance }) => <a href={href(['effects', performance])}>{performance}</a> },
          { name: 'Status', of: ({ status }) => <Badge tone={statusTones[status]}>{status}</Badge> },
          { name: 'Since', of: ({ since }) => <Time at={since} /> },
          { name: 'Attempts', isNumber: true, of: ({ attempts }) => attempts },
          { name: 'Why', of: saidOf },
        ]}
        rows={rows}
        keyOf={nameOf}
        choose={({ performance }) => go(href(['effects', performance]))}
      />
      {isAsking && (
        <Many
          title="Retry"
          items={fitting}
          nameOf={nameOf}
          act={({ performance }, why) => ops.effects.retry(performance, why)}
          needsWhy
          close={done}
        >
          <p>They are tried again at once, under the same keys: the provider knows by them what it has done already.</p>
        </Many>
      )}
    </>
  );
};

/** Effects, their providers, and performances by status. */
export const Performances = ({ query }: Readonly<{ query: URLSearchParams }>) => {
  const asked = askedIn(query, 'effect');
  const { status, cursor } = asked;
  const often = isOrdered(asked.status) ? 5_000 : undefined;
  const { value, error, isLoading, reload } = usePage(query, often, () => page(asked));
  const rows = (value?.performances ?? []) as readonly PerformanceRow[];
  return (
    <section class="screen">
      <header>
        <h1>Effects</h1>
        <span class="dim">What is asked of the world outside, of whom, and what became of it.</span>
        <button type="button" class="button is-plain" onClick={reload} disabled={isLoading}>
          Read again
        </button>
      </header>
      {error !== undefined && <NoneOr problem={error} retry={reload} what="effects" />}
      {value && <Effects effects={value.effects} asked={asked} />}
      <Tabs
        label="By status"
        tabs={statuses.map(([each, name]) => ({
          name,
          to: to(asked, { status: each }),
          isCurrent: each === status,
        }))}
      />
      <AgeAndOrder asked={asked} isOrdered={isOrdered(asked.status)} ask={(by) => go(to(asked, by))} />
      {!value && isLoading && <Loading />}
      {value && rows.length === 0 && value.cursor === undefined && (
        <Empty title={isOrdered(asked.status) ? 'No performance needs a person' : `No performance is ${status}`}>
          <span>
            {asked.age === '' ? 'The list follows the commits within a few seconds.' : 'None has had this status for that long.'}
          </span>
        </Empty>
      )}
      {value && rows.length > 0 && (
        <OfPage of={value.of} query={query}>
          <Rows rows={rows} reload={reload} />
        </OfPage>
      )}
      {value && <Pages to={(next) => to(asked, { cursor: next ?? '' })} cursor={cursor} next={value.cursor} />}
    </section>
  );
};
