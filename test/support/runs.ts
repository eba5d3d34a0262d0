/** The number of runs of a property: a small number for the inner loop, times FOLDSTREAM_RUNS where there is time for more. */
export const runs = (few: number): number => Math.ceil(few * Number(process.env.FOLDSTREAM_RUNS ?? 1));
