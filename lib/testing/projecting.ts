import type { Commit } from '../core/commit.ts';
import type { Message } from '../core/message.ts';
import type { Plain } from '../core/personal/sealed.ts';
import { type AnyProjection, type RowPerStream, type RowsPerCommit, type RowsPerStream, sourcesOf } from '../core/projection.ts';
import { streamName } from '../core/stream.ts';
import { type Source, storeEvent } from '../core/version.ts';
import type { ViewItem } from '../engine/ports.ts';
import { storable } from '../engine/store/storable.ts';
import { apply } from '../engine/view/apply.ts';
import { kindOf } from '../engine/view/kinds/index.ts';
import { expectConforming } from './conforming.ts';
import { expectSame, fail, show } from './difference.ts';
import { throughStore } from './stored.ts';

/** Expectations about a view of one stream. */
export type ExpectedRows<Row extends object> = Readonly<{
  /** These rows, in the order of their keys; none where the row was deleted or never made. */
  rows(...expected: readonly Plain<Row>[]): void;
  /** Expects the owner of the rows, who may read them and under whom they are listed. */
  ownedBy(expected: string | undefined): void;
}>;

/** One event is a commit of its own; a list of events is one commit. */
export type Given<E extends Message> = Plain<E> | readonly Plain<E>[];

const minute = (n: number) => new Date(Date.UTC(2026, 10, 21, 12, n)).toISOString();

export const commitsOf = (from: Source, given: readonly Given<Message>[], id: string): readonly Commit[] => {
  let version = 0;
  return given.map((one, i) => {
    const events = [one].flat().map((event) => storeEvent(from.events, throughStore(from.events, event)));
    version += events.length;
    const commit = i + 1;
    const meta = { actor: 'ada', correlation: `c-${commit}`, causation: `request-${commit}` };
    return {
      stream: streamName(from.category, id),
      commit,
      version,
      events,
      command: `http/${commit}`,
      at: minute(commit),
      meta,
    };
  });
};

type Table = Readonly<{ head?: ViewItem; rows: ReadonlyMap<string, ViewItem> }>;

const project = (projection: AnyProjection, { head, rows }: Table, commits: readonly Commit[]): Table => {
  const change = apply(projection, head, commits, minute(0));
  const { parked } = change.head;
  if (parked) fail({ title: `${projection.name} parks at commit ${parked.commit}.`, came: parked.reason, expected: 'rows' });
  const written = change.rows.map((item) => [item.sort, storable(item)] as const);
  return { head: storable(change.head), rows: new Map([...rows, ...written]) };
};

/**
 * Given what happened, a view holds these rows: through the code that projects in production. The events are applied all at once and one
 * commit at a time, as a rebuild and live delivery do, and both must come to the same. Commit n is at minute n of 2026-11-21T12:00Z.
 *
 * @example
 * const given = projecting(accountBalance);
 * given(opened, deposited(50)).rows({ owner: 'ada', currency: 'EUR', balance: 50, status: 'open', since: '2026-11-21T12:01:00.000Z', changedAt: '2026-11-21T12:02:00.000Z' });
 */
export const projecting = <Row extends object, E extends Message, Memory = unknown>(
  projection: RowPerStream<Row, E> | RowsPerStream<Memory, Row, E> | RowsPerCommit<Memory, Row, E>,
) => {
  const any = projection as unknown as AnyProjection;
  return (...given: readonly Given<E>[]): ExpectedRows<Row> => {
    const commits = commitsOf(sourcesOf(any)[0]!, given, '1');
    const empty: Table = { rows: new Map() };
    const table = commits.length === 0 ? empty : project(any, empty, commits);
    const oneByOne = commits.reduce((before, commit) => project(any, before, [commit]), empty);
    const facts = { given: commits.map(({ commit, events }) => `${commit}: ${show(events)}`).join('\n') || 'nothing' };
    const title = `${any.name}, given this history:`;
    expectSame({
      title: `${any.name} comes to something else when its commits arrive one by one.`,
      came: oneByOne,
      expected: table,
      facts,
    });
    const rowsOf = ({ head, rows }: Table) =>
      [head, ...[...rows.keys()].sort().map((sort) => rows.get(sort))].flatMap((item) => (item ? kindOf(any).rowsIn(item) : []));
    expectConforming(any, rowsOf(table));
    const expected: ExpectedRows<Row> = {
      rows: (...wanted) =>
        expectSame({ title, came: rowsOf(table), expected: wanted.map((row) => storable(row)), facts, at: expected.rows }),
      ownedBy: (owner) => expectSame({ title, came: table.head?.owner, expected: owner, facts, at: expected.ownedBy }),
    };
    return expected;
  };
};
