/** Of views of groups the first of each, at which the backlog of its group is shown; and all that have a queue of their own. */
export const firstOfGroups = <V extends Readonly<{ group?: string }>>(views: readonly V[]): ReadonlySet<V> => {
  const seen = new Set<string>();
  return new Set(
    views.filter(({ group }) => {
      if (group === undefined) return true;
      const isFirst = !seen.has(group);
      seen.add(group);
      return isFirst;
    }),
  );
};
