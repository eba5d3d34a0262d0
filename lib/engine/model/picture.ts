import type { Model } from './model.ts';
import { type Arrow, type Box, causedBy, consumersOf, groupsOf, type PictureNode, startersOf } from './picture-boxes.ts';

/** An arrow of the picture, with its curve as a path of SVG. */
export type PictureEdge = Readonly<{ from: string; to: string; curve: string }>;

export type Picture = Readonly<{
  width: number;
  height: number;
  columns: readonly Readonly<{ name: string; x: number }>[];
  nodes: readonly PictureNode[];
  edges: readonly PictureEdge[];
}>;

type Placed = Box & Readonly<{ y: number; height: number }>;

const lineHeight = 17;
const boxHeight = ({ lines }: Pick<Box, 'lines'>): number => 28 + lines.length * lineHeight;
const gap = 8;
const groupGap = 22;
const top = 40;

/** Boxes one below the other, each as near as can be to where it would like to be. */
const placed = (boxes: readonly Box[], wished: (box: Box) => number): readonly Placed[] => {
  let free = top;
  return boxes
    .map((box) => ({ box, wish: wished(box) }))
    .toSorted((a, b) => a.wish - b.wish)
    .map(({ box, wish }) => {
      const height = boxHeight(box);
      const y = Math.max(free, wish - height / 2);
      free = y + height + gap;
      return { ...box, y, height };
    });
};

const middle = ({ y, height }: Pick<Placed, 'y' | 'height'>): number => y + height / 2;
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The two columns that stand side by side in groups. */
const grouped = (model: Model): Readonly<{ owners: readonly Placed[]; events: readonly Placed[]; bottom: number }> => {
  const owners: Placed[] = [];
  const events: Placed[] = [];
  let y = top;
  for (const { category, box, events: types } of groupsOf(model)) {
    const each = types.map((type): Box => {
      const event = model.events.find((one) => one.category === category && one.type === type);
      const marks = [
        ...((event?.versions.length ?? 1) > 1 ? [`v${event?.written}`] : []),
        ...(event?.public ? ['public'] : []),
        ...((event?.personal.length ?? 0) > 0 ? ['personal'] : []),
      ];
      return {
        id: `event/${category}/${type}`,
        kind: 'event',
        name: type,
        lines: marks.length > 0 ? [marks.join(' · ')] : [],
        page: ['event', category, type],
      };
    });
    let at = y;
    for (const event of each) {
      const height = boxHeight(event);
      events.push({ ...event, y: at, height });
      at += height + gap;
    }
    const height = boxHeight(box);
    owners.push({ ...box, y, height });
    y = Math.max(at - gap, y + height) + groupGap;
  }
  return { owners, events, bottom: y - groupGap };
};

const round = (value: number): number => Math.round(value * 10) / 10;

const curveOf = (from: PictureNode, to: PictureNode): string => {
  const [x1, y1, x2, y2] = [from.x + from.width, middle(from), to.x, middle(to)].map(round) as [number, number, number, number];
  const bend = round(Math.max(20, (x2 - x1) / 2));
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
};

type Column = Readonly<{ name: string; width: number; after: number; boxes: readonly Placed[] }>;

/** The columns from left to right, without those that nothing stands in. */
const columnsOf = (model: Model, isWhole: boolean): Readonly<{ columns: readonly Column[]; arrows: readonly Arrow[] }> => {
  const { owners, events } = grouped(model);
  const place = new Map([...owners, ...events].map((each) => [each.id, middle(each)]));
  const at = (id: string) => place.get(id) ?? 0;
  const consumers = consumersOf(model, isWhole);
  const read = new Map(consumers.map(({ box, arrows }) => [box.id, mean(arrows.map(({ from }) => at(from)))]));
  const placedConsumers = placed(
    consumers.map(({ box }) => box),
    ({ id }) => read.get(id) ?? 0,
  );
  for (const each of placedConsumers) place.set(each.id, middle(each));
  const caused = causedBy(model);
  const causes = new Map(caused.map(({ box, from }) => [box.id, at(from)]));
  const starters = startersOf(model);
  const starts = new Map(starters.map(({ box, to }) => [box.id, mean(to.map((category) => at(`aggregate/${category}`)))]));
  const columns: readonly Column[] = [
    {
      name: 'Hooks and schedules',
      width: 136,
      after: 20,
      boxes: placed(
        starters.map(({ box }) => box),
        ({ id }) => starts.get(id) ?? 0,
      ),
    },
    { name: 'Aggregates, commands', width: 164, after: 28, boxes: owners },
    { name: 'Events', width: 232, after: 60, boxes: events },
    { name: 'Views and processes', width: 180, after: 28, boxes: placedConsumers },
    {
      name: 'Sends, performs',
      width: 148,
      after: 0,
      boxes: placed(
        caused.map(({ box }) => box),
        ({ id }) => causes.get(id) ?? 0,
      ),
    },
  ];
  const arrows = [
    ...starters.flatMap(({ box, to }) => to.map((category) => ({ from: box.id, to: `aggregate/${category}` }))),
    ...groupsOf(model).flatMap(({ category, box, events: types }) =>
      types.map((type) => ({ from: box.id, to: `event/${category}/${type}` })),
    ),
    ...consumers.flatMap(({ arrows: each }) => each),
    ...caused.map(({ box, from }) => ({ from, to: box.id })),
  ];
  return { columns: columns.filter(({ boxes }) => boxes.length > 0), arrows };
};

/** A model as a picture: what starts commands, aggregates, their events, what reads them, and what that causes. `isWhole`: also logs and the product's own views. */
export const pictureOf = (model: Model, { isWhole = false }: Readonly<{ isWhole?: boolean }> = {}): Picture => {
  const { columns, arrows } = columnsOf(model, isWhole);
  let x = 8;
  const drawn = columns.map(({ name, width, after, boxes }) => {
    const here = x;
    x += width + after;
    return { name, x: here, end: here + width, nodes: boxes.map((box): PictureNode => ({ ...box, x: here, width })) };
  });
  const nodes = drawn.flatMap((column) => column.nodes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const edges = arrows.flatMap(({ from, to }) => {
    const [start, end] = [byId.get(from), byId.get(to)];
    return start && end ? [{ from, to, curve: curveOf(start, end) }] : [];
  });
  return {
    width: Math.max(...drawn.map(({ end }) => end), 0) + 8,
    height: Math.max(...nodes.map(({ y, height }) => y + height), top) + 12,
    columns: drawn.map(({ name, x: at }) => ({ name, x: at })),
    nodes,
    edges,
  };
};

const reached = (edges: readonly PictureEdge[], id: string, way: 'from' | 'to'): readonly string[] => {
  const seen = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const edge of edges) {
      if (edge[way] !== next) continue;
      const other = edge[way === 'from' ? 'to' : 'from'];
      if (!seen.has(other)) open.push(other);
      seen.add(other);
    }
  }
  return [...seen];
};

/** A box, all that leads to it, and all that it leads to. */
export const related = ({ edges }: Pick<Picture, 'edges'>, id: string): ReadonlySet<string> =>
  new Set([id, ...reached(edges, id, 'from'), ...reached(edges, id, 'to')]);

/** A name that fits into so many pixels of the picture's letters. */
export const fitted = (name: string, width: number, letter = 8.2): string => {
  const most = Math.floor(width / letter);
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
};
