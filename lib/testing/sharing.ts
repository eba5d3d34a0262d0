import type { Message } from '../core/message.ts';
import { type AnyProjection, type AnySharedRows, type SharedRows, sourcesOf } from '../core/projection.ts';
import type { Share, Total } from '../core/share.ts';
import type { ViewItem } from '../engine/ports.ts';
import { storable } from '../engine/store/storable.ts';
import { apply } from '../engine/view/apply.ts';
import { addingUp, totalOf } from '../engine/view/parts.ts';
import { type Contributed, contributed } from '../engine/view/shares.ts';
import { expectConforming } from './conforming.ts';
import { expectSame, fail, show } from './difference.ts';
import { commitsOf, type Given } from './projecting.ts';

/** Expectations about a view with shared rows, for some streams. */
export type ExpectedTotals = Readonly<{
  /** These rows by their keys, as readers are shown them, and no others. */
  rows(expected: Readonly<Record<string, object>>): void;
  /** Expects the owner of a row, who may read it and under whom it is listed. */
  ownedBy(row: string, expected: string | undefined): void;
}>;

/** As readers are shown it; a sum beyond 2^53 - 1 by its digits. */
const comparable = (shown: unknown): unknown =>
  storable(JSON.parse(JSON.stringify(shown, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each))));

/** Sums beyond 2^53 - 1 count as the largest that is exact. */
const inRange = (shown: unknown): unknown =>
  JSON.parse(JSON.stringify(shown, (_, each: unknown) => (typeof each === 'bigint' ? Number.MAX_SAFE_INTEGER : each)));

/** The total of some streams' shares in a row; undefined if there are none. */
export const sumOf = (shares: readonly Share[]): Total | undefined => {
  const sum = addingUp();
  for (const share of shares) sum.add(share);
  return totalOf([sum.sum()])?.total;
};

const contributedBy = (projection: AnyProjection & AnySharedRows, given: readonly Given<Message>[], id: string): Contributed => {
  const sources = sourcesOf(projection);
  // Where a view has several sources, a stream is of the one that has its events.
  const source = sources.find(({ events }) => given.flat().every(({ type }) => Object.hasOwn(events, type))) ?? sources[0]!;
  const commits = commitsOf(source, given, id);
  const onto = (before: ViewItem | undefined, batch: typeof commits) => {
    const { head } = apply(projection, before, batch, '');
    const { parked } = head;
    if (parked)
      fail({ title: `${projection.name} parks ${id} at commit ${parked.commit}.`, came: parked.reason, expected: 'rows' });
    return head;
  };
  const oneByOne = commits.reduce<ViewItem | undefined>((before, commit) => onto(before, [commit]), undefined);
  const all = contributed(projection, commits.length > 0 ? onto(undefined, commits) : undefined);
  expectSame({
    title: `${projection.name} comes to something else when the commits of ${id} arrive one by one.`,
    came: [...contributed(projection, oneByOne)],
    expected: [...all],
  });
  return all;
};

/**
 * Given what happened to some streams, by their ids, a view with shared rows holds these rows, whatever came first: through the code that
 * projects in production. Commit n of a stream is at minute n of 2026-11-21T12:00Z.
 *
 * @example
 * const given = sharing(accountTotals);
 * given({ a: [opened, deposited(50)], b: [opened] }).rows({ ada: { open: 2, closed: 0, balances: { EUR: 50 } } });
 */
export const sharing =
  <Memory, E extends Message>(projection: SharedRows<Memory, E>) =>
  (given: Readonly<Record<string, readonly Given<E>[]>>): ExpectedTotals => {
    const any = projection as unknown as AnyProjection & AnySharedRows;
    const shares = new Map<string, Share[]>();
    for (const [id, history] of Object.entries(given))
      for (const [row, share] of contributedBy(any, history, id)) shares.set(row, [...(shares.get(row) ?? []), share]);
    const shown = [...shares].flatMap(([row, all]) => {
      const total = sumOf(all);
      return total ? [[row, any.show?.(total) ?? total] as const] : [];
    });
    expectConforming(
      any,
      shown.map(([, row]) => inRange(row)),
    );
    const rows = shown.map(([key, row]) => [key, comparable(row)] as const);
    const facts = {
      given:
        Object.entries(given)
          .map(([id, history]) => `${id}: ${show(history)}`)
          .join('\n') || 'nothing',
    };
    const title = `${any.name}, given this history:`;
    const expected: ExpectedTotals = {
      rows: (wanted) =>
        expectSame({ title, came: Object.fromEntries(rows), expected: comparable(wanted), facts, at: expected.rows }),
      ownedBy: (row, owner) => expectSame({ title, came: any.owner?.(row), expected: owner, facts, at: expected.ownedBy }),
    };
    return expected;
  };
