/** A part of a manifest that a function can be for: `decider account`, `view account-balance.r1`, `process transfers`. */
export type Part = string;

/** For each source, the sources that it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Everything that decides what a change asks for. */
export type Description = Readonly<{
  /** Everything that the deployment is made of, but for the code: two deployments of one shape differ in their functions' code alone. */
  shape: string;
  /** Each step's code, by its hash. */
  steps: ReadonlyMap<string, string>;
  /** The content of each source, by its hash. */
  sources: ReadonlyMap<string, string>;
  graph: Graph;
  roots: readonly string[];
  /** The source that exports each part; a part that no source exports is missing here. */
  homes: ReadonlyMap<Part, string>;
  /** The hash of the code that makes the rows of each revision of a view. */
  rows: Readonly<Record<string, string>>;
}>;

/** A deployed function: the step whose code it runs, and the parts that it needs of the manifest; all of them if it does not say. */
export type Deployed = Readonly<{ name: string; step: string; parts?: readonly Part[] }>;

export type Change =
  | Readonly<{ kind: 'nothing' }>
  | Readonly<{ kind: 'deploy' }>
  | Readonly<{
      kind: 'replace';
      functions: readonly string[];
      /** The changed sources. */
      changed: readonly string[];
      /** The parts that they belong to; none if they belong to everything. */
      parts: readonly Part[];
      /** Revisions of views whose rows the new code would make in another way. */
      rows: readonly string[];
    }>;

/** All sources that are imported from these, directly or not, without going through the ones that are closed. */
export const reached = (graph: Graph, from: readonly string[], closed: ReadonlySet<string> = new Set()): ReadonlySet<string> => {
  const found = new Set<string>();
  const open = from.filter((source) => !closed.has(source));
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    if (found.has(source)) continue;
    found.add(source);
    open.push(...(graph.get(source) ?? []).filter((each) => !closed.has(each)));
  }
  return found;
};

/** The keys whose values differ, or that only one of the two has. */
const differing = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();

/** The parts that changed sources belong to. Undefined if one of them is used by anything else as well, so that nothing can be left out. */
const partsOf = ({ graph, roots, homes }: Description, changed: readonly string[]): readonly Part[] | undefined => {
  const general = reached(graph, roots, new Set(homes.values()));
  if (changed.some((source) => general.has(source))) return undefined;
  return [...homes].flatMap(([part, home]) => {
    const own = reached(graph, [home]);
    return changed.some((source) => own.has(source)) ? [part] : [];
  });
};

/**
 * What has to be done so that the deployment runs the code that is described second, when it runs the code that is described first. A function's code is
 * replaced if its bytes changed, unless it is for other parts of the manifest than those that changed.
 */
export const changeBetween = (before: Description, after: Description, deployed: readonly Deployed[]): Change => {
  if (before.shape !== after.shape) return { kind: 'deploy' };
  const steps = new Set(differing(before.steps, after.steps));
  if (steps.size === 0) return { kind: 'nothing' };
  const changed = differing(before.sources, after.sources);
  // A file that nothing imports any more comes with a change of what imported it.
  const parts = changed.length > 0 ? partsOf(after, changed) : undefined;
  const needs = (own: Deployed['parts']) => parts === undefined || own === undefined || own.some((part) => parts.includes(part));
  const functions = deployed.filter((each) => steps.has(each.step) && needs(each.parts)).map(({ name }) => name);
  const rows = Object.keys(after.rows).filter((key) => before.rows[key] !== undefined && before.rows[key] !== after.rows[key]);
  return { kind: 'replace', functions, changed, parts: parts ?? [], rows };
};
