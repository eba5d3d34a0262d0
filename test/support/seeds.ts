import { runs } from './runs.ts';

/**
 * The seeds of a long simulation: the first so many for everybody, and in a hunt (`FOLDSTREAM_SEED=random`) more, from one that nobody has
 * seen. Lets other work of the process in between.
 */
export async function* seeds(many: number): AsyncGenerator<number> {
  const first = process.env.FOLDSTREAM_SEED === 'random' ? 1_000_000 + Math.floor(Math.random() * 1_000_000_000) : 1;
  for (let seed = first; seed < first + runs(many); seed++) {
    yield seed;
    if (seed % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
