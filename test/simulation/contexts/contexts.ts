import { manifest } from '../../../domains/contexts.ts';
import { defineManifest, type Manifest, sourcesOf } from '../../../lib/index.ts';
import type { Invariant, Simulation, Workload } from '../../../lib/testing/simulator.ts';
import { courseWorkload, placesAreKept } from './course.ts';
import { documentWorkload, textIsWhatWasWritten } from './document.ts';
import { discsAreConserved, matchWorkload } from './match.ts';
import { readingsAreTakenOnce, telemetryWorkload } from './telemetry.ts';
import { ticketsAreHeldOnce, ticketWorkload } from './ticket.ts';
import { accountsCouldPay, fillsAreExplained, moneyAndSharesAreConserved, profitsAreCosts, tradeWorkload } from './trade.ts';

type Context = Readonly<{
  /** The categories of its aggregates and processes. */
  categories: readonly string[];
  /** Without it the commands are made up from the schemas. */
  workload?: Workload;
  invariants: readonly Invariant[];
  /** More commands than usual, where much must have happened before the rare things do. */
  crowd?: NonNullable<Simulation['crowd']>;
}>;

/** What is conserved in each context, whatever fails meanwhile. */
const contexts = {
  trade: {
    categories: ['account', 'trade', 'settlement', 'payout'],
    workload: tradeWorkload,
    crowd: { commands: 40, within: 5_000 },
    invariants: [moneyAndSharesAreConserved, accountsCouldPay, fillsAreExplained, profitsAreCosts],
  },
  document: { categories: ['document'], workload: documentWorkload, invariants: [textIsWhatWasWritten] },
  telemetry: {
    categories: ['telemetry', 'telemetryWatch'],
    workload: telemetryWorkload,
    invariants: [readingsAreTakenOnce],
  },
  course: { categories: ['course', 'enrolment'], workload: courseWorkload, invariants: [placesAreKept] },
  match: { categories: ['match'], workload: matchWorkload, invariants: [discsAreConserved] },
  ticket: {
    categories: ['ticket', 'desk', 'routing'],
    workload: ticketWorkload,
    invariants: [ticketsAreHeldOnce],
  },
} satisfies Record<string, Context>;

export type ContextName = keyof typeof contexts;
export const contextNames = Object.keys(contexts) as readonly ContextName[];

/** The part of the manifest with these categories alone: a run of one context meets more of it than one of all. */
const partOf = (categories: readonly string[]): Manifest =>
  defineManifest({
    aggregates: manifest.aggregates.filter(({ category }) => categories.includes(category)),
    processes: (manifest.processes ?? []).filter(({ category }) => categories.includes(category)),
    projections: manifest.projections.filter((view) => sourcesOf(view).every(({ category }) => categories.includes(category))),
  } as Manifest);

const parts = new Map<ContextName, Manifest>();

/** A simulation of one context. A view is rebuilt in one run of four. */
export const contextWith = (
  name: ContextName,
  seed: number,
  change: (part: Manifest) => Manifest = (part) => part,
): Simulation => {
  const context: Context = contexts[name];
  const part = parts.get(name) ?? partOf(context.categories);
  parts.set(name, part);
  const { workload, invariants, crowd } = context;
  return {
    manifest: change(part),
    seed,
    ...(workload && { workload }),
    ...(crowd && { crowd }),
    invariants,
    share: { rebuilds: 0.25 },
  };
};
