/** The bundle of a function sets it, in its first line (`lib/infra/code/fold-hashes.ts`). */
declare global {
  var foldstreamFold: Readonly<Record<string, string>> | undefined;
}

/** The hash of the code that folds a category in this very bundle: states are kept under it. */
export const foldHash = (category: string): string => {
  const hash = globalThis.foldstreamFold?.[category];
  if (!hash)
    throw new Error(
      `This function's code has no hash of the code that folds ${category}: deploy it by foldstreamApp(), or give bundle() what foldCode() returns.`,
    );
  return hash;
};
