import { defineManifest, type Manifest } from '../../../lib/core/manifest.ts';
import { diceFor } from '../../../lib/testing/simulation/dice.ts';
import type { Simulation, Tamper } from '../../../lib/testing/simulator.ts';
import { aggregateDesign, aggregateOf } from './aggregates.ts';
import { processDesign, processOf, watchOf } from './processes.ts';
import { viewDesign, viewOf } from './views.ts';

/** Two releases of a domain that nobody has thought of: everything in it follows from a seed. */
export const madeUp = (seed: number): Readonly<{ manifest: Manifest; next: Manifest }> => {
  const dice = diceFor(seed, 'made up');
  const designs = ['alpha', 'beta', 'gamma'].slice(0, 1 + dice.below(3)).map((category) => aggregateDesign(dice, category));
  const views = Array.from({ length: dice.below(4) }, (_, n) => viewDesign(dice, n + dice.below(2), designs)).filter(
    ({ name }, i, all) => all.findIndex((each) => each.name === name) === i,
  );
  const processes = ([0, 1] as const).slice(0, dice.below(3)).map((n) => processDesign(dice, n, designs));
  const lookout = dice.chance(0.2) ? dice.below(5) : undefined;
  const releaseOf = (release: 0 | 1): Manifest => {
    const aggregates = designs.map((design) => aggregateOf(design, release));
    return defineManifest({
      aggregates,
      projections: views.flatMap((design) => viewOf(design, aggregates, release)),
      processes: [
        ...processes.map((design) => processOf(design, aggregates, release)),
        ...(lookout === undefined ? [] : [watchOf(lookout, aggregates[0]!)]),
      ],
    });
  };
  return { manifest: releaseOf(0), next: releaseOf(1) };
};

/** A run of a made-up domain: with its views rebuilt in some, and a foreign history imported in others. */
export const madeUpWith = (seed: number, tamper: Tamper = {}): Simulation => ({
  ...madeUp(seed),
  seed,
  share: { rebuilds: 0.25, imports: 0.15 },
  tamper,
});
