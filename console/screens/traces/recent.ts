const key = 'foldstream.traces';
const most = 12;

/** The correlations that were looked at in this tab, the newest first. */
export const recent = (): readonly string[] => {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
};

export const keep = (correlation: string): void =>
  sessionStorage.setItem(key, JSON.stringify([correlation, ...recent().filter((each) => each !== correlation)].slice(0, most)));
