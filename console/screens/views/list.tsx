import { Badge } from '../../parts/badge.tsx';
import { firstOfGroups } from '../../parts/groups.ts';
import { LagSaid } from '../../parts/lag.tsx';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { go, href } from '../../router.ts';
import { ops } from '../../session.ts';

const often = 5_000;

/** All views, with what is parked in them and how far they are behind. */
export const Views = () => {
  const { value: flow, error, reload } = usePoll(() => ops.flow(), often, []);
  const views = flow ? [...flow.views, ...(flow.publicEvents ? [flow.publicEvents] : [])] : [];
  const firsts = firstOfGroups(views);
  return (
    <>
      <header>
        <h1>Views</h1>
        <span class="dim">Each revision by itself; of several, one answers.</span>
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!flow && error === undefined && <Loading />}
      {flow && views.length === 0 && (
        <Empty title="This deployment has no view">
          <span>A view is declared in the manifest, among its projections.</span>
        </Empty>
      )}
      {views.length > 0 && (
        <Table
          label="Views"
          rows={views}
          keyOf={({ name, revision }) => `${name} r${revision}`}
          choose={({ name, revision }) => go(href(['views', name], { revision }))}
          columns={[
            { name: 'View', of: ({ name, revision }) => <a href={href(['views', name], { revision })}>{name}</a> },
            { name: 'Revision', isNumber: true, of: ({ revision }) => revision },
            {
              name: 'State',
              of: ({ active, rebuild }) =>
                rebuild ? (
                  <Badge tone="busy">
                    {rebuild.kind}: {rebuild.state}
                  </Badge>
                ) : (
                  <Badge tone={active ? 'ok' : 'off'}>{active ? 'answers' : 'does not answer'}</Badge>
                ),
            },
            {
              name: 'Parked',
              of: ({ parked, moreParked }) =>
                parked === 0 ? (
                  <span class="dim">none</span>
                ) : (
                  <Badge tone="bad">
                    {parked}
                    {moreParked ? ' or more' : ''} parked
                  </Badge>
                ),
            },
            {
              name: 'Behind',
              of: (view) =>
                firsts.has(view) ? (
                  <>
                    <LagSaid lag={view.lag} />
                    {view.group !== undefined && <span class="dim">group {view.group}</span>}
                  </>
                ) : (
                  <span class="dim">as group {view.group}</span>
                ),
            },
            { name: 'Made from', of: ({ from }) => <span class="dim">{from.join(', ')}</span> },
          ]}
        />
      )}
    </>
  );
};
