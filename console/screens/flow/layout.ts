import type { Box, Group } from './boxes.ts';

/** Where a box is. */
export type Placed = Readonly<{ box: Box; x: number; y: number; width: number; height: number; isPillar: boolean }>;
/** An arrow: its path, and the box whose lag and rate are those of what goes along it. */
export type Arrow = Readonly<{ id: string; path: string; of: string; kind: 'flow' | 'back' }>;
export type Heading = Readonly<{ text: string; x: number; y: number }>;
export type Picture = Readonly<{
  width: number;
  height: number;
  placed: readonly Placed[];
  arrows: readonly Arrow[];
  headings: readonly Heading[];
}>;

/** Columns from left to right: their left edges and widths. */
const columns = {
  api: { x: 2, width: 92 },
  commands: { x: 134, width: 176 },
  commits: { x: 358, width: 96 },
  first: { x: 514, width: 218 },
  second: { x: 770, width: 218 },
} as const;
const [boxHeight, gutter, heading, top, between] = [42, 12, 24, 34, 18];
const pitch = boxHeight + gutter;
/** More views than these stand in two columns. */
const inOneColumn = 6;

type Column = Readonly<{ x: number; width: number }>;

const at = (box: Box, { x, width }: Column, y: number): Placed => ({ box, x, y, width, height: boxHeight, isPillar: false });
const middle = ({ y, height }: Placed): number => y + height / 2;
const right = ({ x, width }: Placed): number => x + width;

/** A line from one point to another that leaves and arrives level. */
const level = (x1: number, y1: number, x2: number, y2: number): string =>
  y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;

const titles: Readonly<Partial<Record<Group, string>>> = {
  commands: 'Commands',
  schedules: 'Schedules',
  processes: 'Processes',
  effects: 'Effects',
  'public-events': 'Public events',
  views: 'Views',
};

/** Lays boxes below each other, and answers where the next may begin. */
const stacked = (boxes: readonly Box[], column: Column, y: number): Readonly<{ placed: readonly Placed[]; next: number }> => ({
  placed: boxes.map((box, i) => at(box, column, y + i * pitch)),
  next: y + boxes.length * pitch,
});

/** What is right of the commits: processes with their effects beside them, public events, and the views. */
const consumersOf = (by: (group: Group) => readonly Box[]) => {
  const placed: Placed[] = [];
  const headings: Heading[] = [];
  let y = top;
  const begin = (group: Group, { x }: Column) => headings.push({ text: titles[group] ?? group, x, y: y + heading - 9 });
  const [processes, effects, views] = [by('processes'), by('effects'), by('views')];
  if (processes.length > 0) {
    begin('processes', columns.first);
    if (effects.length > 0) begin('effects', columns.second);
    const [left, beside] = [stacked(processes, columns.first, y + heading), stacked(effects, columns.second, y + heading)];
    placed.push(...left.placed, ...beside.placed);
    y = Math.max(left.next, beside.next) + between - gutter;
  }
  const events = by('public-events');
  if (events.length > 0) {
    begin('public-events', columns.first);
    const own = stacked(events, columns.first, y + heading);
    placed.push(...own.placed);
    y = own.next + between - gutter;
  }
  if (views.length > 0) {
    begin('views', columns.first);
    const isWide = views.length > inOneColumn;
    placed.push(
      ...views.map((box, i) =>
        isWide
          ? at(box, i % 2 === 0 ? columns.first : columns.second, y + heading + Math.floor(i / 2) * pitch)
          : at(box, columns.first, y + heading + i * pitch),
      ),
    );
    y += heading + Math.ceil(views.length / (isWide ? 2 : 1)) * pitch;
  }
  return { placed, headings, next: y };
};

/** The arrow from the commits to a consumer: straight to the first column, and below its neighbour to the second. */
const toConsumer = (from: Placed, to: Placed): string => {
  const [start, y] = [right(from), middle(to)];
  if (to.x === columns.first.x) return `M${start} ${y}H${to.x}`;
  const low = to.y + boxHeight + gutter / 2;
  const bend = columns.first.x + columns.first.width;
  return `M${start} ${low}H${bend}C${bend + 18} ${low} ${to.x - 22} ${y} ${to.x} ${y}`;
};

/** Lays out the picture: a pure function of the boxes, whose places do not depend on how they are, so that nothing jumps. */
export const pictureOf = (boxes: readonly Box[]): Picture => {
  const by = (group: Group) => boxes.filter((box) => box.group === group);
  const [api] = by('api');
  const [commits] = by('commits');
  const commands = stacked(by('commands'), columns.commands, top + heading);
  const schedules = by('schedules');
  const scheduled = stacked(schedules, columns.commands, commands.next + between + heading - gutter);
  const consumers = consumersOf(by);
  const bottom = Math.max(schedules.length > 0 ? scheduled.next : commands.next, consumers.next) - gutter;
  const pillar = (box: Box | undefined, { x, width }: Column, to: number): readonly Placed[] =>
    box ? [{ box, x, y: top + heading, width, height: Math.max(boxHeight, to - top - heading), isPillar: true }] : [];
  const apiPillar = pillar(api, columns.api, commands.next - gutter);
  const commitsPillar = pillar(commits, columns.commits, bottom);
  const placed = [
    ...apiPillar,
    ...commands.placed,
    ...(schedules.length > 0 ? scheduled.placed : []),
    ...commitsPillar,
    ...consumers.placed,
  ];
  return {
    width: columns.second.x + columns.second.width + 2,
    height: bottom + gutter,
    placed,
    arrows: arrowsOf(placed, apiPillar[0], commitsPillar[0]),
    headings: [
      { text: 'Commands', x: columns.commands.x, y: top + heading - 9 },
      ...(schedules.length > 0
        ? [{ text: 'Schedules', x: columns.commands.x, y: commands.next + between + heading - gutter - 9 }]
        : []),
      ...consumers.headings,
    ],
  };
};

const arrowsOf = (placed: readonly Placed[], api: Placed | undefined, commits: Placed | undefined): readonly Arrow[] => {
  const of = (group: Group) => placed.filter(({ box }) => box.group === group);
  const named = new Map(placed.map((each) => [each.box.id, each]));
  const consumers = [...of('processes'), ...of('public-events'), ...of('views')];
  const arrow = (id: string, path: string, of: Placed, kind: Arrow['kind'] = 'flow'): Arrow => ({
    id,
    path,
    of: of.box.id,
    kind,
  });
  const performed = of('processes').flatMap((process) =>
    process.box.to.flatMap((id) => {
      const effect = named.get(id);
      return effect?.box.group === 'effects'
        ? [arrow(`${process.box.id}>${id}`, level(right(process), middle(process), effect.x, middle(effect)), effect)]
        : [];
    }),
  );
  const rail = columns.commands.x - 14;
  const scheduled = of('schedules').flatMap((schedule) =>
    schedule.box.to.flatMap((id) => {
      const target = named.get(id);
      if (!target) return [];
      const [from, to] = [middle(schedule), middle(target) + 12];
      return [
        arrow(
          `${schedule.box.id}>${id}`,
          `M${schedule.x} ${from}H${rail + 6}Q${rail} ${from} ${rail} ${from - 6}V${to + 6}Q${rail} ${to} ${rail + 6} ${to}H${target.x}`,
          schedule,
          'back',
        ),
      ];
    }),
  );
  const [process] = of('processes');
  const [category] = of('commands');
  const back = columns.commands.x + columns.commands.width - 24;
  return [
    ...(api ? of('commands').map((to) => arrow(`api>${to.box.id}`, `M${right(api)} ${middle(to)}H${to.x}`, to)) : []),
    ...(commits
      ? of('commands').map((from) => arrow(`${from.box.id}>commits`, `M${right(from)} ${middle(from)}H${commits.x}`, from))
      : []),
    ...(commits ? consumers.map((to) => arrow(`commits>${to.box.id}`, toConsumer(commits, to), to)) : []),
    ...performed,
    ...scheduled,
    // Commands of processes go back to where those of people go: one arrow for all of them.
    ...(process && category
      ? [
          arrow(
            'processes>commands',
            `M${process.x + 100} ${process.y - heading + 2}V${18}Q${process.x + 100} ${12} ${process.x + 94} ${12}H${back + 6}Q${back} ${12} ${back} ${18}V${category.y}`,
            process,
            'back',
          ),
        ]
      : []),
  ];
};
