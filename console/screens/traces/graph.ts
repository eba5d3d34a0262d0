import type { Trace } from '../../../lib/engine/history/trace.ts';
import { categoryOf, inOrder, keyOf, type Row } from './rows.ts';

type Wait = Trace['waits'][number];

/** Sizes of the picture (pixels). */
export const sizes = { lane: 212, gutter: 36, row: 66, card: 52, head: 40 } as const;

export type Card = Readonly<
  {
    key: string;
    x: number;
    y: number;
    /** Its lane is its stream's alone. */
    isInOwnLane: boolean;
  } & ({ row: Row } | { wait: Wait })
>;
export type Edge = Readonly<{ key: string; path: string; isWait: boolean }>;
export type Graph = Readonly<{
  /** One for each stream; where there are many streams, one for each category. */
  lanes: readonly Readonly<{ name: string; x: number }>[];
  cards: readonly Card[];
  edges: readonly Edge[];
  width: number;
  height: number;
}>;

/** More streams than a screen has room for beside each other. */
const mostLanes = 8;

const laneNames = (rows: readonly Row[], waits: readonly Wait[]) => {
  const streams = [...new Set([...rows.map(({ step }) => step.stream), ...waits.map(({ instance }) => instance)])];
  const isByStream = streams.length <= mostLanes;
  const laneOf = (stream: string) => (isByStream ? stream : categoryOf(stream));
  return { names: [...new Set(streams.map(laneOf))], laneOf };
};

const { lane, gutter, row: rowHeight, card, head } = sizes;
const radius = 7;

/**
 * An arrow from a card to a later one. It leaves at the side, goes down in the gutter, and arrives at the height of its end: each row has one card,
 * so it crosses none.
 */
const pathOf = (from: Readonly<{ x: number; y: number }>, to: Readonly<{ x: number; y: number }>): string => {
  const goesRight = to.x > from.x;
  const [y1, y2] = [from.y + card / 2, to.y + card / 2];
  const start = goesRight ? from.x + lane : from.x;
  const way = goesRight ? 1 : -1;
  const down = start + (way * gutter) / 2;
  const end = goesRight ? to.x : to.x < from.x ? to.x + lane : to.x;
  // Into a card of the same lane it turns back.
  const back = end > down ? 1 : -1;
  return [
    `M${start} ${y1}H${down - way * radius}Q${down} ${y1} ${down} ${y1 + radius}`,
    `V${y2 - radius}Q${down} ${y2} ${down + back * radius} ${y2}H${end - back}`,
  ].join('');
};

/** The picture of a trace: a lane for each stream, time from top to bottom, an arrow from each cause to what followed. What waits comes last. */
export const graphOf = (rows: readonly Row[], waits: readonly Wait[]): Graph => {
  const ordered = inOrder(rows);
  const { names, laneOf } = laneNames(ordered, waits);
  const xs = new Map(names.map((name, i) => [name, gutter + i * (lane + gutter)]));
  const placed = (stream: string, i: number) => ({
    x: xs.get(laneOf(stream))!,
    y: head + i * rowHeight,
    isInOwnLane: laneOf(stream) === stream,
  });
  const cards = [
    ...ordered.map((row, i): Card => ({ key: row.key, row, ...placed(row.step.stream, i) })),
    ...waits.map((wait, i): Card => ({ key: `wait ${i} ${wait.instance}`, wait, ...placed(wait.instance, ordered.length + i) })),
  ];
  const byKey = new Map(cards.map((each) => [each.key, each]));
  const lastOf = new Map(ordered.map(({ step }) => [step.stream, keyOf(step)]));
  const edges = cards.flatMap((to): Edge[] => {
    const cause = 'row' in to ? to.row.parent?.key : lastOf.get(to.wait.instance);
    const from = cause === undefined ? undefined : byKey.get(cause);
    return from ? [{ key: to.key, path: pathOf(from, to), isWait: 'wait' in to }] : [];
  });
  return {
    lanes: names.map((name) => ({ name, x: xs.get(name)! })),
    cards,
    edges,
    width: gutter + names.length * (lane + gutter),
    height: head + cards.length * rowHeight,
  };
};
