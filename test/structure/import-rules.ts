import { commentOrText } from '../../lib/cli/add/manifest-text.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** The imports that a folder may have: other folders, packages, and Node's own modules. */
type Room = Readonly<{ rooms: readonly string[]; packages: readonly string[]; node: boolean; pure: boolean }>;

const pure = { node: false, pure: true } as const;
const impure = { node: true, pure: false } as const;

/**
 * The allowed imports, and no others: the arrows of the design, each chain of them with the arrows that it implies. A package that ends in
 * a slash stands for all of that scope. The longest name that a path begins with is its folder.
 */
export const house: Readonly<Record<string, Room>> = {
  'lib/core': { rooms: [], packages: ['zod'], ...pure },
  events: { rooms: ['lib/index.ts'], packages: ['zod'], ...pure },
  domains: { rooms: ['events', 'lib/index.ts'], packages: ['zod'], ...pure },
  /** Adapters of effects: they reach the network, so each is a function of its own, and nothing of the domains imports them. */
  'domains/adapters': { rooms: ['domains', 'lib/index.ts', 'lib/adapters/index.ts'], packages: ['zod'], ...impure },
  'lib/engine': { rooms: ['lib/core'], packages: ['zod'], ...pure },
  'lib/testing': { rooms: ['lib/engine', 'lib/core'], packages: ['zod'], ...impure },
  /** Requests and answers as plain values: neither AWS nor a server is known here. */
  'lib/http': { rooms: ['lib/engine', 'lib/core'], packages: ['zod'], ...pure },
  'lib/aws': {
    rooms: ['lib/http', 'lib/engine', 'lib/core'],
    packages: ['@aws-sdk/', '@middy/', '@aws-lambda-powertools/', 'aws-lambda', 'zod'],
    ...impure,
  },
  /** What a browser loads: of the rest it takes types alone, which `test/client/bundle.test.ts` proves. */
  'lib/client': { rooms: ['lib/engine', 'lib/core'], packages: [], node: false, pure: false },
  /** The domain's own code in a worker of the console's page: pure, over whichever manifest is deployed. */
  'lib/console': { rooms: ['#manifest', 'lib/engine', 'lib/core'], packages: ['zod'], node: false, pure: false },
  /** What a receiver of webhooks loads, wherever it runs: no file but its own. */
  'lib/webhooks': { rooms: [], packages: [], node: false, pure: false },
  /** Shipped adapters of effects, which run in functions of a team's own. */
  'lib/adapters': { rooms: ['lib/core', 'lib/webhooks'], packages: ['@aws-sdk/client-sesv2'], ...impure },
  /** Whichever manifest the deployer names. The reference application has this one way in, so that another one can take its place. */
  '#manifest': { rooms: [], packages: [], ...pure },
  functions: { rooms: ['#manifest', 'lib/aws/index.ts'], packages: [], node: false, pure: false },
  /** The engine makes some deployed things as plain values, such as the order of a rebuild's steps: the engine is pure. */
  'lib/infra': {
    rooms: ['lib/infra/code', 'lib/engine', 'lib/core'],
    packages: ['aws-cdk-lib', 'constructs', 'cdk-nag', 'esbuild', 'zod'],
    ...impure,
  },
  /** The bundler, without the CDK: the command line bundles too. */
  'lib/infra/code': { rooms: ['lib/core'], packages: ['esbuild'], ...impure },
  'lib/cli': {
    // Of testing: the ports in memory, over which `foldstream cost` runs the engine.
    rooms: ['lib/infra/code', 'lib/aws', 'lib/http', 'lib/client', 'lib/testing', 'lib/engine', 'lib/core'],
    packages: ['@aws-sdk/client-dynamodb', 'commander', 'zod'],
    ...impure,
  },
  bin: { rooms: ['lib/infra/index.ts', 'lib/cli/index.ts', '#manifest'], packages: ['aws-cdk-lib'], ...impure },
  /** The package's entries, each of which exports what its own layer has. */
  'lib/index.ts': { rooms: ['lib/core'], packages: [], ...pure },
  'lib/adapters/index.ts': { rooms: ['lib/adapters'], packages: [], ...impure },
  'lib/aws/index.ts': { rooms: ['lib/aws'], packages: [], ...impure },
  'lib/infra/index.ts': { rooms: ['lib/infra', 'lib/infra/code'], packages: [], ...impure },
  'lib/cli/index.ts': { rooms: ['lib/cli'], packages: [], ...impure },
};

/** The package's entries, by the names under which they are imported: `foldstream`, `foldstream/testing`. */
export const entries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(packageJson.exports).map(([entry, file]) => [`${packageJson.name}${entry.slice(1)}`, file.slice(2)]),
);

/** Folders that are written as a team writes its own: they use the package by its entries alone. */
const users = ['bin', 'domains', 'events', 'functions'];

/** Files by their path from the repository's root. */
export type Files = ReadonlyMap<string, string>;

const isComment = (found: string) => found.startsWith('/*') || found.startsWith('//');
const withoutComments = (code: string) => code.replace(commentOrText, (found) => (isComment(found) ? ' ' : found));
/** Templates stay: there may be code in them. */
const withoutTexts = (code: string) => code.replace(commentOrText, (found) => (/^['"]/.test(found) ? "''" : found));

/** `import ... from`, `export ... from` and `import '...'` as they are formatted here: at the beginning of a line. */
const fromClause = /^(?:import|export)\b(?:[^'"`;=]*?\sfrom)?\s*(['"])(.+?)\1/gm;
/** `import(...)`, also in types, `require(...)` and `import.meta.resolve(...)`. */
const call = /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(['"`])([^'"`$]+)\1/g;

/** Every module that a source names, types included. */
export const importsOf = (source: string): readonly string[] => {
  const code = withoutComments(source);
  // A template may hold code that is written for somebody else.
  const statements = code.replace(commentOrText, (found) => (found.startsWith('`') ? '``' : found));
  return [...statements.matchAll(fromClause), ...code.matchAll(call)].map((match) => match[2]!);
};

/** Clocks, randomness, waiting, the network and the environment, by the names under which JavaScript hands them out. */
const impurities: readonly (readonly [RegExp, string])[] = [
  [/\bDate\s*\.\s*now\b/, 'Date.now'],
  [/\bnew\s+Date\s*(?!\s*\(\s*[^\s)])/, 'new Date()'],
  [/(?<!new\s+|\.\s*)\bDate\s*\(\s*\)/, 'Date()'],
  [/\bperformance\s*\./, 'performance'],
  [/\bMath\s*\.\s*random\b/, 'Math.random'],
  [/(?<![.\w])crypto\s*\./, 'crypto'],
  [/(?<![.\w])process\s*\.\s*(?:env|argv|cwd|hrtime|pid|uptime|nextTick|stdout|stderr|platform|version)/, 'process'],
  [/(?<![.\w])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/, 'a timer'],
  [/(?<![.\w])fetch\s*\(/, 'fetch'],
  [/(?<![.\w])console\s*\./, 'console'],
  [/\bglobalThis\b/, 'globalThis'],
  [/\bimport\.meta\.(?:env|dirname|filename|url)\b/, 'import.meta'],
];

const roomOf = (path: string): string | undefined =>
  Object.keys(house)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The target of an import within this repository, or undefined for a package. */
export const pathOf = (file: string, specifier: string): string | undefined => {
  if (specifier === '#manifest') return specifier;
  if (Object.hasOwn(entries, specifier)) return entries[specifier];
  if (!specifier.startsWith('.')) return undefined;
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
};

const faultOf = (file: string, { rooms, packages, node }: Room, own: string, specifier: string): string | undefined => {
  if (specifier.startsWith('node:')) return node ? undefined : `${file} imports ${specifier}: ${own} has no node modules`;
  const path = pathOf(file, specifier);
  if (path !== undefined) {
    if (users.includes(own) && specifier.startsWith('.') && path.startsWith('lib/'))
      return `${file} imports ${path}: ${own} imports the package by its entries (${Object.keys(entries).join(', ')})`;
    const room = roomOf(path);
    if (room === own || (room !== undefined && rooms.includes(room))) return undefined;
    return `${file} imports ${path}: there is no arrow from ${own} to ${room ?? 'there'}`;
  }
  const name = packageOf(specifier);
  const allowed = packages.some((each) => (each.endsWith('/') ? name.startsWith(each) : name === each));
  return allowed ? undefined : `${file} imports ${specifier}: no package for ${own}`;
};

/** Every import and every name that its room may not have. */
export const importFaults = (files: Files): readonly string[] =>
  [...files].flatMap(([file, source]) => {
    const own = roomOf(file);
    const room = own === undefined ? undefined : house[own];
    if (own === undefined || room === undefined) return [`${file} is in no room of the house`];
    const arrows = importsOf(source).map((specifier) => faultOf(file, room, own, specifier));
    const code = room.pure ? withoutTexts(withoutComments(source)) : '';
    const names = impurities.map(([pattern, name]) => (pattern.test(code) ? `${file} uses ${name}: ${own} is pure` : undefined));
    return [...arrows, ...names].filter((fault) => fault !== undefined);
  });
