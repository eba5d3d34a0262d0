/** The correlation ids of some commits, each once: what makes a batch's log line findable by each request that it serves. */
export const correlationsOf = (commits: readonly Readonly<{ meta: Readonly<{ correlation: string }> }>[]): readonly string[] => [
  ...new Set(commits.map(({ meta }) => meta.correlation)),
];
