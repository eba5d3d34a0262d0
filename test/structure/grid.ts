import { entries, type Files, importsOf, pathOf } from './import-rules.ts';

/** The steps of the data's way, which have the same folder name in every layer and in `test/`. */
const steps = [
  'store',
  'command',
  'delivery',
  'view',
  'query',
  'process',
  'effect',
  'schedule',
  'rebuild',
  'history',
  'operate',
  'restore',
  'deployment',
  'personal',
  'cost',
];

/** The folders of a layer that are no step. */
const besideTheSteps: Readonly<Record<string, readonly string[]>> = {
  'lib/core': ['access', 'declare', 'fact', 'hook', 'settings', 'tag', 'together', 'watch'],
  'lib/engine': ['model'],
  'lib/http': ['openapi', 'console'],
  'lib/aws': ['client', 'functions', 'local'],
  'lib/infra': ['kit', 'code', 'console'],
  'lib/cli': ['local', 'contracts', 'terminal', 'watch', 'add', 'load', 'page', 'model'],
};

/** Which other steps of its layer a step may import. Any step may import the files that stand beside the steps in its layer's own folder. */
const arrows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'lib/core': {
    '': ['access', 'fact', 'process', 'effect', 'hook', 'schedule', 'tag', 'together', 'personal', 'view'],
    access: [],
    view: ['personal', 'process'],
    effect: ['personal'],
    process: ['effect', 'personal'],
    hook: ['process', 'effect'],
    schedule: ['process'],
    watch: ['process'],
    fact: [],
    declare: ['fact', 'tag', 'together', 'personal'],
    personal: [],
    operate: [],
    settings: ['effect'],
    tag: [],
    together: [],
  },
  'lib/engine': {
    '': [],
    store: [],
    cost: ['store'],
    personal: [],
    delivery: [],
    command: ['store', 'personal'],
    view: ['store', 'personal', 'delivery'],
    rebuild: ['store', 'cost', 'view'],
    query: ['view', 'rebuild', 'personal'],
    process: ['store', 'command', 'delivery'],
    effect: ['store', 'command', 'personal', 'delivery', 'process'],
    schedule: ['store', 'command', 'delivery', 'view'],
    history: ['store', 'command', 'personal', 'view', 'query', 'process'],
    operate: ['store', 'command', 'personal', 'delivery', 'view', 'query', 'process', 'effect', 'schedule', 'history'],
    restore: ['store', 'view', 'process', 'schedule', 'operate'],
    deployment: ['view'],
    model: [],
  },
  'lib/http': { '': ['console'], command: [], console: ['openapi'], openapi: ['operate', 'console'] },
  'lib/client': { '': [], operate: [] },
  'lib/aws': {
    client: [],
    '': ['client'],
    delivery: ['client'],
    view: [],
    store: ['view'],
    process: ['client', 'view'],
    schedule: [],
    effect: [],
    personal: ['client'],
    operate: ['client', 'view'],
    rebuild: ['client', 'store', 'view'],
    restore: ['client', 'view', 'process'],
    deployment: ['view', 'local'],
    local: ['client'],
    functions: [
      'client',
      'store',
      'personal',
      'delivery',
      'view',
      'process',
      'effect',
      'schedule',
      'rebuild',
      'operate',
      'deployment',
    ],
  },
  'lib/infra': {
    kit: ['code'],
    store: ['kit'],
    personal: ['store', 'kit'],
    command: ['store', 'personal', 'kit'],
    delivery: ['store', 'kit'],
    view: ['store', 'personal', 'delivery', 'kit'],
    query: ['store', 'personal', 'view', 'kit'],
    process: ['store', 'personal', 'delivery', 'kit'],
    schedule: ['store', 'personal', 'delivery', 'view', 'kit'],
    effect: ['store', 'personal', 'delivery', 'kit', 'code'],
    rebuild: ['store', 'delivery', 'view', 'kit'],
    operate: ['store', 'delivery', 'view', 'process', 'effect', 'schedule', 'rebuild', 'kit'],
    deployment: ['store', 'view', 'kit'],
    console: ['kit'],
    // The app and its stack are put together of all steps.
    '': [
      'store',
      'command',
      'delivery',
      'view',
      'query',
      'process',
      'effect',
      'schedule',
      'rebuild',
      'operate',
      'deployment',
      'personal',
      'console',
      'kit',
      'code',
    ],
  },
  'lib/cli': {
    terminal: [],
    watch: ['terminal'],
    local: ['terminal', 'watch'],
    deployment: ['local', 'terminal', 'watch'],
    '': ['local', 'terminal'],
    contracts: ['terminal'],
    add: ['terminal', 'contracts'],
    view: ['terminal'],
    history: ['terminal'],
    operate: ['local', 'terminal'],
    rebuild: ['terminal'],
    process: ['rebuild', 'terminal'],
    schedule: ['rebuild', 'terminal'],
    effect: ['rebuild', 'terminal'],
    personal: ['rebuild', 'local', 'terminal'],
    restore: ['local', 'terminal'],
    page: [],
    model: ['page', 'contracts', 'terminal'],
    load: ['local', 'terminal', 'page'],
    cost: ['page', 'terminal'],
  },
};

/** Files that put the steps of their layer together: the package's entries, and the command line. */
const above = [...Object.values(entries), 'lib/cli/foldstream.ts'];

const most = 20;

/** One file for each deployed function: the bundler takes all of them from this folder. */
const asManyAsThereAre = ['functions'];

const layers = Object.keys(arrows);

type Cell = Readonly<{ layer: string; step: string }>;

/** The layer and the step of a file; the step is empty for a file that stands in the layer's own folder. */
export const cellOf = (file: string): Cell | undefined => {
  const layer = layers.find((each) => file.startsWith(`${each}/`));
  if (layer === undefined) return undefined;
  const [step, ...rest] = file.slice(layer.length + 1).split('/');
  return { layer, step: rest.length === 0 ? '' : step! };
};

const targetsOf = (file: string, source: string): readonly string[] =>
  importsOf(source).flatMap((specifier) => pathOf(file, specifier) ?? []);

/** Groups of files that import each other in a circle (strongly connected components, by Tarjan). */
export const circles = (files: Files): readonly (readonly string[])[] => {
  const found: string[][] = [];
  const [index, low, open] = [new Map<string, number>(), new Map<string, number>(), [] as string[]];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    open.push(file);
    for (const target of targetsOf(file, files.get(file)!)) {
      if (!files.has(target)) continue;
      if (!index.has(target)) visit(target);
      if (open.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1) found.push(group.toSorted());
  };
  for (const file of files.keys()) if (!index.has(file)) visit(file);
  return found;
};

/** Imports from one step to another for which the grid has no arrow, and folders that are neither a step nor beside the steps. */
export const stepFaults = (files: Files): readonly string[] =>
  [...files].flatMap(([file, source]) => {
    const own = cellOf(file);
    if (!own || above.includes(file)) return [];
    const { layer, step } = own;
    if (step !== '' && !steps.includes(step) && !besideTheSteps[layer]?.includes(step))
      return [`${file}: '${step}' is no step. Put the file into one of: ${steps.join(', ')}.`];
    return targetsOf(file, source).flatMap((target) => {
      const to = cellOf(target);
      if (!to || to.layer !== layer || to.step === step || to.step === '') return [];
      return arrows[layer]?.[step]?.includes(to.step)
        ? []
        : [`${file} imports ${target}: there is no arrow from ${layer}/${step} to ${layer}/${to.step}`];
    });
  });

const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/'));

/** Folders with more files than one takes in at a glance. */
export const crowded = (paths: readonly string[]): readonly string[] =>
  [...Map.groupBy(paths, folderOf)].flatMap(([folder, inside]) =>
    inside.length > most && !asManyAsThereAre.includes(folder)
      ? [`${folder} has ${inside.length} files, and at most ${most} are to be in one folder`]
      : [],
  );

/** The number of files and lines of each cell. */
export const cells = (files: Files): readonly (Cell & Readonly<{ files: number; lines: number }>)[] => {
  const inCells = [...files].flatMap(([file, source]) => {
    const cell = cellOf(file);
    return cell ? [{ ...cell, lines: source.trimEnd().split('\n').length }] : [];
  });
  return [...Map.groupBy(inCells, ({ layer, step }) => `${layer}/${step}`).values()].map((inside) => ({
    layer: inside[0]!.layer,
    step: inside[0]!.step,
    files: inside.length,
    lines: inside.reduce((sum, { lines }) => sum + lines, 0),
  }));
};

/** The grid as a table: a row for each layer, a column for each step, files and lines in each cell. */
export const gridTable = (files: Files): string => {
  const counted = cells(files);
  const columns = ['', ...steps, 'beside'];
  const cell = (layer: string, column: string) => {
    const inside = counted.filter(
      (each) =>
        each.layer === layer && (column === 'beside' ? each.step !== '' && !steps.includes(each.step) : each.step === column),
    );
    const [many, lines] = [inside.reduce((sum, each) => sum + each.files, 0), inside.reduce((sum, each) => sum + each.lines, 0)];
    return many === 0 ? '-' : `${many}/${lines}`;
  };
  const rows = [
    ['files/lines', '(own)', ...columns.slice(1)],
    ...layers.map((layer) => [layer, ...columns.map((column) => cell(layer, column))]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i]!))
        .join(' ')
        .trimEnd(),
    )
    .join('\n');
};
