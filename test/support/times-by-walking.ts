/**
 * The times of a schedule by another way than the product's: a walk along the minutes, which looks at what the clocks of a zone show. A local minute that
 * comes twice counts the first time; one that the clocks leave out counts as long after the change as it would have been without.
 */
export const timesByWalking = (
  matches: (local: Date) => boolean,
  timezone: string,
  from: string,
  to: string,
): readonly string[] => {
  const formatter = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  const shown = (at: number) => Date.parse(`${formatter.format(at).replace(' ', 'T')}Z`);
  const minute = 60_000;
  const found = new Set<number>();
  let furthest = shown(Date.parse(from) - 50 * 60 * minute) - minute;
  for (let at = Date.parse(from) - 50 * 60 * minute; at <= Date.parse(to); at += minute) {
    const local = shown(at);
    for (let left = furthest + minute, i = 0; left <= local; left += minute, i++)
      if (matches(new Date(left))) found.add(at + i * minute);
    furthest = Math.max(furthest, local);
  }
  return [...found]
    .sort((a, b) => a - b)
    .map((at) => new Date(at).toISOString())
    .filter((at) => at > from && at <= to);
};
