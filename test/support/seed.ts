import fc from 'fast-check';

/**
 * Properties begin at the same seed in every run, so that the same commit has the same result for everybody; `FOLDSTREAM_SEED` says another one, or
 * `random`: one that nobody has seen before, to hunt for what the fixed one does not come to.
 */
const seed = process.env.FOLDSTREAM_SEED ?? '20261121';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
