/** The distinct correlation ids of some commits, which make a batch's log line findable by each of its requests. */
export const correlationsOf = (commits: readonly Readonly<{ meta: Readonly<{ correlation: string }> }>[]): readonly string[] => [
  ...new Set(commits.map(({ meta }) => meta.correlation)),
];
