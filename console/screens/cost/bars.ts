/** A bar: its name, its value, and how far it goes, from 0 to 1. */
export type Bar = Readonly<{ name: string; value: number; share: number }>;

/** The largest first, as parts of the largest; those beyond `most` are one bar. */
export const barsOf = (all: readonly Readonly<{ name: string; value: number }>[], most = 12): readonly Bar[] => {
  const sorted = all.filter(({ value }) => value > 0).toSorted((a, b) => b.value - a.value);
  const rest = sorted.slice(most);
  const others = rest.reduce((sum, { value }) => sum + value, 0);
  const shown = [...sorted.slice(0, most), ...(rest.length > 0 ? [{ name: `${rest.length} others`, value: others }] : [])];
  const largest = Math.max(...shown.map(({ value }) => value));
  return shown.map((bar) => ({ ...bar, share: bar.value / largest }));
};

/** Money as it is read: two places, more below a cent, none of what is nothing. */
export const money = (usd: number): string => {
  if (usd === 0) return '$0';
  if (usd < 0.000001) return 'under $0.000001';
  const places = usd >= 0.01 ? 2 : usd >= 0.0001 ? 4 : 6;
  return `$${usd.toLocaleString('en-GB', { minimumFractionDigits: places, maximumFractionDigits: places })}`;
};
