/** A text by its sections, which are read in the order of their names: '1', '2.1', 'a'. */
export type Text = Readonly<Record<string, string>>;

/** The text of a section, which may have the name of anything that objects have. */
export const inText = (text: Text, section: string): string => (Object.hasOwn(text, section) ? text[section]! : '');

/** Empty sections are taken out. */
export const withChanges = (text: Text, changes: Text): Text => {
  const all = Object.entries({ ...text, ...changes }).filter(([, content]) => content !== '');
  return Object.fromEntries(all.toSorted(([one], [other]) => (one < other ? -1 : 1)));
};

/** The sections that differ, each as it is after; empty where it is gone. */
export const changesBetween = (before: Text, after: Text): Text => {
  const sections = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const differing = sections.filter((section) => inText(before, section) !== inText(after, section));
  return Object.fromEntries(differing.map((section) => [section, inText(after, section)]));
};

export type Conflict = Readonly<{ section: string; base: string; ours: string; theirs: string }>;

/**
 * What a branch changes in the main text, since both came from `base`. A section that only one of them changed is taken from that one; one that both
 * changed in the same way is no conflict; any other is, unless `resolved` says what it is to be.
 */
export const mergeOf = (base: Text, ours: Text, theirs: Text, resolved: Text = {}) => {
  const [here, there] = [changesBetween(base, ours), changesBetween(base, theirs)];
  const both = Object.keys(there).filter((section) => Object.hasOwn(here, section) && here[section] !== there[section]);
  const conflicts = both
    .filter((section) => !Object.hasOwn(resolved, section))
    .map((section): Conflict => {
      return { section, base: inText(base, section), ours: here[section]!, theirs: there[section]! };
    });
  const decided = Object.fromEntries(both.map((section) => [section, inText(resolved, section)]));
  return { conflicts, changes: changesBetween(ours, withChanges(ours, { ...there, ...decided })) };
};
