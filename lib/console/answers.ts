import type { Manifest } from '../core/manifest.ts';
import { streamCalls } from './stream-calls.ts';

/** What is answered to a call: a value that can be sent to the page. */
export type Answer = (args: unknown) => unknown;

/** The calls of the page, answered by the domain's own code. */
export const answersOf = (manifest: Manifest): Readonly<Record<string, Answer>> => ({
  describe: () => ({
    categories: manifest.aggregates.map(({ category }) => category),
    views: [...new Set(manifest.projections.map(({ name }) => name))],
    processes: (manifest.processes ?? []).map(({ category }) => category),
  }),
  ...(streamCalls(manifest) as Readonly<Record<string, Answer>>),
});
