import type { Deployed, Part } from './change.ts';
import { deciderPart, type Loaded, processPart, viewPart } from './describe.ts';

type Variables = Readonly<Record<string, string>>;

/** The part that a function is for. The steps that are missing here are for the whole manifest. */
const ownPart: Readonly<Record<string, (variables: Variables) => Part>> = {
  command: ({ CATEGORY }) => deciderPart(CATEGORY ?? ''),
  project: ({ PROJECTION, REVISION }) => viewPart(`${PROJECTION}.r${REVISION}`),
  'rebuild-work': ({ PROJECTION, REVISION }) => viewPart(`${PROJECTION}.r${REVISION}`),
  react: ({ PROCESS }) => processPart(PROCESS ?? ''),
};

/**
 * A deployed function as the watch sees it, by the variables that the constructs gave it. Undefined for functions that are not Foldstream's. A function
 * for a part that no source exports is for the whole manifest.
 */
export const deployedAs = (
  { name, variables }: Readonly<{ name: string; variables: Variables }>,
  { homes, uses }: Pick<Loaded, 'homes' | 'uses'>,
  steps: ReadonlySet<string>,
): Deployed | undefined => {
  const step = variables.POWERTOOLS_SERVICE_NAME ?? '';
  if (!steps.has(step)) return undefined;
  const own = ownPart[step]?.(variables);
  const parts = own === undefined ? [] : [own, ...(uses.get(own) ?? [])];
  const known = parts.length > 0 && parts.every((part) => homes.has(part));
  return { name, step, ...(known && { parts }) };
};
