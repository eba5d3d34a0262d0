/**
 * A report with as many rows as one page may have. Where rows are gone through for those of one status, a page may have few of them, or none, and go on: a person
 * is not asked to do that.
 */
export const withRows = async <Rows extends string, R extends Readonly<{ cursor?: string } & Record<Rows, readonly object[]>>>(
  rows: Rows,
  limit: number,
  read: (cursor: string | undefined) => Promise<R>,
): Promise<R> => {
  let report = await read(undefined);
  while (report.cursor !== undefined && report[rows].length < limit) {
    const next = await read(report.cursor);
    report = { ...next, [rows]: [...report[rows], ...next[rows]] };
  }
  return report;
};
