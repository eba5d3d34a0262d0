import type { Model } from './model.ts';

export type NodeKind = 'aggregate' | 'event' | 'view' | 'process' | 'watch' | 'sends' | 'effect' | 'hook' | 'schedule';

/** A box of the picture. `page` names the page about it: its kind and its names. */
export type PictureNode = Readonly<{
  id: string;
  kind: NodeKind;
  name: string;
  /** What stands below the name. */
  lines: readonly string[];
  page: readonly string[];
  x: number;
  y: number;
  width: number;
  height: number;
}>;

export type Box = Omit<PictureNode, 'x' | 'y' | 'width' | 'height'>;

/** Aggregates, and processes that raise events of their own, each beside its events. */
export const groupsOf = ({ aggregates, processes }: Model) => [
  ...aggregates.map(({ category, commands, events }) => ({
    category,
    box: {
      id: `aggregate/${category}`,
      kind: 'aggregate' as const,
      name: category,
      lines: commands.map(({ name }) => name),
      page: ['aggregate', category],
    },
    events,
  })),
  ...processes
    .filter(({ raises }) => raises.length > 0)
    .map(({ category, kind, raises }) => ({
      category,
      box: { id: `raises/${category}`, kind, name: category, lines: ['raises'], page: ['process', category] },
      events: raises,
    })),
];

export type Arrow = Readonly<{ from: string; to: string }>;

/** A log reads everything, and what the product brings along is alike in every model: neither tells anything here. */
const isTelling = ({ kernel, log }: Model['views'][number]): boolean => !kernel && !log;

export const consumersOf = (model: Model, isWhole: boolean) => {
  const shown = model.views.filter((view) => isWhole || isTelling(view));
  const views = [...Map.groupBy(shown, ({ name }) => name)].map(([name, revisions]) => ({
    box: {
      id: `view/${name}`,
      kind: 'view' as const,
      name,
      lines: revisions.length > 1 ? [revisions.map(({ revision }) => `r${revision}`).join(' · ')] : [],
      page: ['view', name],
    },
    from: revisions.flatMap(({ from }) => from),
  }));
  const processes = model.processes.map(({ category, kind, from }) => ({
    box: { id: `process/${category}`, kind, name: category, lines: [kind], page: ['process', category] },
    from,
  }));
  return [...views, ...processes].map(({ box, from }) => ({
    box,
    arrows: [...new Set(from.flatMap(({ category, types }) => types.map((type) => `event/${category}/${type}`)))].map(
      (event): Arrow => ({ from: event, to: box.id }),
    ),
  }));
};

/** What processes cause: commands to aggregates, and effects. */
export const causedBy = ({ processes, effects }: Model) =>
  processes.flatMap(({ category, sends, effects: performs }) => [
    ...sends
      .filter(({ commands }) => commands.length > 0)
      .map(({ category: to, commands }) => ({
        box: {
          id: `sends/${category}/${to}`,
          kind: 'sends' as const,
          name: `to ${to}`,
          lines: commands,
          page: ['aggregate', to],
        },
        from: `process/${category}`,
      })),
    ...effects
      .filter(({ name }) => performs.includes(name))
      .map(({ name, provider }) => ({
        box: {
          id: `performs/${category}/${name}`,
          kind: 'effect' as const,
          name,
          lines: provider === name ? ['effect'] : [`effect of ${provider}`],
          page: ['process', category],
        },
        from: `process/${category}`,
      })),
  ]);

export const startersOf = ({ hooks, schedules, aggregates }: Model) => {
  const known = aggregates.map(({ category }) => category);
  return [
    ...hooks.map(({ name, sends }) => ({
      box: { id: `hook/${name}`, kind: 'hook' as const, name, lines: ['hook'], page: ['aggregate', sends] },
      to: [sends],
    })),
    ...schedules.map(({ name, cron, sends }) => ({
      box: { id: `schedule/${name}`, kind: 'schedule' as const, name, lines: [cron], page: ['aggregate', sends[0] ?? ''] },
      to: sends,
    })),
  ].map(({ box, to }) => ({ box, to: to.filter((category) => known.includes(category)) }));
};
