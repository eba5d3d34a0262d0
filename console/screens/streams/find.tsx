import { useState } from 'preact/hooks';
import type { FoundStream } from '../../../lib/engine/history/find-streams.ts';
import { Field } from '../../parts/field.tsx';
import { streamHref } from '../../parts/links.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { go, href, setQuery } from '../../router.ts';
import { ops } from '../../session.ts';
import { merged, wantedIn } from './found.ts';

const columns: readonly Column<FoundStream>[] = [
  { name: 'Stream', of: ({ stream, commit }) => <a href={streamHref(stream, { commit })}>{stream}</a> },
  { name: 'Found', of: ({ found }) => found, isNumber: true },
  { name: 'Newest of them', of: ({ types }) => types.join(', ') },
  { name: 'When', of: ({ at }) => <Time at={at} /> },
  { name: 'Who', of: ({ actor }) => <span class="mono">{actor}</span> },
];

const fields = [
  ['category', 'Category', 'account'],
  ['type', 'Event type', 'MoneyWithdrawn'],
  ['actor', 'Actor', 'an id'],
  ['since', 'Since', '2026-11-21T12:00:00Z'],
  ['until', 'Until', '2026-11-22T12:00:00Z'],
] as const;

type State = Readonly<{
  streams: readonly FoundStream[];
  commits: number;
  units: number;
  cursor?: string;
  isBusy: boolean;
  wasAsked: boolean;
  problem?: unknown;
}>;

const nothing: State = { streams: [], commits: 0, units: 0, isBusy: false, wasAsked: false };

const Results = ({ state, more }: Readonly<{ state: State; more: () => void }>) => {
  const { streams, commits, units, cursor, isBusy, wasAsked, problem } = state;
  if (problem !== undefined) return <ProblemNotice problem={problem} retry={more} />;
  if (!wasAsked) return null;
  if (isBusy && commits === 0) return <Loading />;
  return (
    <>
      <p class="dim" role="status">
        {streams.length} streams; {commits} commits looked through, {units} read units
        {cursor === undefined ? ': the whole table.' : '.'}
      </p>
      {streams.length > 0 && (
        <Table
          label="Streams found"
          columns={columns}
          rows={streams}
          keyOf={({ stream }) => stream}
          choose={({ stream, commit }) => go(streamHref(stream, { commit }))}
        />
      )}
      {streams.length === 0 && cursor === undefined && (
        <Empty title="No stream has such a commit.">Leave something out, or look for a correlation among the traces.</Empty>
      )}
      {cursor !== undefined && (
        <button type="button" class="button" disabled={isBusy} onClick={more}>
          {isBusy ? 'Looking…' : 'Look further'}
        </button>
      )}
    </>
  );
};

/** Goes to a stream by its name, or looks through the commits for streams. */
export const FindPage = ({ query }: Readonly<{ query: URLSearchParams }>) => {
  const [name, setName] = useState('');
  const [state, setState] = useState(nothing);
  const open = (event: Event) => {
    event.preventDefault();
    const [, category, id] = /^([A-Za-z]+)[-/](.+)$/.exec(name.trim()) ?? [];
    if (category && id) go(href(['streams', category, id]));
  };
  const look = async (from: State) => {
    setState({ ...from, isBusy: true, wasAsked: true });
    try {
      const page = await ops.streams.find({ ...wantedIn(query), ...(from.cursor !== undefined && { cursor: from.cursor }) });
      const { cursor: _, problem: __, ...rest } = from;
      setState({
        ...rest,
        streams: merged(from.streams, page.streams),
        commits: from.commits + page.looked.commits,
        units: from.units + page.looked.units,
        isBusy: false,
        wasAsked: true,
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      });
    } catch (problem) {
      setState({ ...from, isBusy: false, wasAsked: true, problem });
    }
  };
  return (
    <div class="screen">
      <header>
        <h1>Streams</h1>
        <span class="dim">What happened to one thing: its commits, and its state at each of them.</span>
      </header>
      <form class="search-line" onSubmit={open}>
        <Field label="Open a stream" hint="Its category and id.">
          <input
            required
            pattern="[A-Za-z]+[\-\/].+"
            placeholder="account-7f3a"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </Field>
        <button type="submit" class="button is-main">
          Open
        </button>
      </form>
      <section class="card" aria-label="Look for streams">
        <h2>Look for streams</h2>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            look(nothing);
          }}
        >
          <div class="fields">
            {fields.map(([field, label, placeholder]) => (
              <Field key={field} label={label}>
                <input
                  placeholder={placeholder}
                  value={query.get(field) ?? ''}
                  onChange={(event) => setQuery({ [field]: event.currentTarget.value.trim() })}
                />
              </Field>
            ))}
          </div>
          <div class="row">
            <button type="submit" class="button is-main" disabled={state.isBusy}>
              {state.isBusy ? 'Looking…' : 'Look'}
            </button>
            <span class="dim">The table is read a part at a time: two megabytes, about $0.00003 each.</span>
          </div>
        </form>
        <form
          class="search-line"
          onSubmit={(event) => {
            event.preventDefault();
            const correlation = String(new FormData(event.currentTarget).get('correlation') ?? '').trim();
            if (correlation) go(href(['traces', correlation]));
          }}
        >
          <Field label="Correlation" hint="All that one request caused, in every stream.">
            <input name="correlation" required />
          </Field>
          <button type="submit" class="button">
            Show its trace
          </button>
        </form>
      </section>
      <Results state={state} more={() => look(state)} />
    </div>
  );
};
