/** An axis of a chart. */
export type Axis = Readonly<{
  name: string;
  /** A scale by powers of ten: values must be above 0. */
  isLogarithmic?: boolean;
  /** Where the axis begins; without it at 0, or at the least value of a logarithmic one. */
  from?: number;
}>;

/** A line of a chart: its points from left to right. */
export type Line = Readonly<{ name: string; points: readonly (readonly [x: number, y: number])[] }>;

export type Chart = Readonly<{
  /** A word of letters and dashes that no other chart on the page has. */
  id: string;
  title: string;
  /** Tells in sentences what is to be seen, for those who do not see it. */
  about: string;
  x: Axis;
  y: Axis;
  lines: readonly Line[];
}>;

const [width, height] = [760, 340];
const [top, bottom] = [40, 50];
/** Lines differ in colour and in their dashes. */
const dashes = ['', '8 4', '2 4', '10 3 2 3', '14 5', '4 2'];
const light = ['#1f5fbf', '#b3471d', '#2b7a3d', '#7a3fa0', '#8a6100', '#0c7278'];
const dark = ['#86b6ff', '#ffab85', '#83d69a', '#d0a5f0', '#e6c15a', '#74d3d9'];

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A number as it is said on an axis and in tables. */
const shownNumber = (value: number): string =>
  value.toLocaleString('en-GB', { maximumSignificantDigits: 3, notation: value >= 1_000_000 ? 'compact' : 'standard' });

/** About five round values between two, or the powers of ten. */
export const ticksOf = (from: number, to: number, isLogarithmic: boolean): readonly number[] => {
  if (isLogarithmic) {
    const [low, high] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
    return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  }
  const rough = (to - from) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough * (1 - 1e-9)) ?? power * 10;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.ceil(to / step - 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
};

const scaleOf = ({ isLogarithmic = false, from }: Axis, values: readonly number[], start: number, end: number) => {
  const usable = isLogarithmic ? values.filter((value) => value > 0) : values;
  const most = usable.reduce((a, b) => Math.max(a, b), isLogarithmic ? 1 : 0);
  const least = from ?? (isLogarithmic ? usable.reduce((a, b) => Math.min(a, b), most) : 0);
  const ticks = ticksOf(least, most > least ? most : least + 1, isLogarithmic);
  const [low = 0, high = 1] = [Math.min(least, ticks[0] ?? 0), ticks.at(-1)];
  const bent = (value: number) => (isLogarithmic ? Math.log10(Math.max(value, low)) : value);
  const place = (value: number) => start + ((bent(value) - bent(low)) / (bent(high) - bent(low) || 1)) * (end - start);
  return { ticks, place };
};

/** The room that the longest of some texts takes, in a wide font. */
const roomFor = (texts: readonly string[]): number => 7.5 * texts.reduce((most, { length }) => Math.max(most, length), 0);

const rounded = (value: number) => Number(value.toFixed(1));
const coloursOf = (colours: readonly string[]) => colours.map((colour, i) => `--line-${i}: ${colour}`).join('; ');
const darkColours = `--ink: #e3e7ee; --quiet: #a4aebc; --grid: #3a4250; ${coloursOf(dark)};`;

/** The rule that makes the charts of a page dark, for those who like it so. */
export const darkCharts = `@media (prefers-color-scheme: dark) { svg.chart { ${darkColours} } }`;

const style = `
    .chart { --ink: #2c3440; --quiet: #5b6472; --grid: #d8dde5; ${coloursOf(light)}; }
    @media (prefers-color-scheme: dark) { svg.chart:root { ${darkColours} } }
    .chart text { font: 13px system-ui, sans-serif; fill: var(--quiet); }
    .chart .title { font-size: 16px; fill: var(--ink); }
    .chart .grid { stroke: var(--grid); }
    .chart .line { fill: none; stroke-width: 2; }`;

/** A line chart as SVG that stands by itself or within a page. Names of lines stand at their ends, so that nothing is told by colour alone. */
export const chartSvg = ({ id, title, about, x, y, lines }: Chart): string => {
  const [xs, ys] = [0, 1].map((i) => lines.flatMap(({ points }) => points.map((point) => point[i]!)));
  const up = scaleOf(y, ys!, height - bottom, top);
  const left = Math.max(70, 32 + roomFor(up.ticks.map(shownNumber)));
  const right = Math.max(150, 40 + roomFor(lines.map(({ name }) => name)));
  const across = scaleOf(x, xs!, left, width - right);
  const horizontal = up.ticks.map((tick) => {
    const at = rounded(up.place(tick));
    return `<path class="grid" d="M${left} ${at}H${width - right}"/><text x="${left - 8}" y="${rounded(at + 4)}" text-anchor="end">${shownNumber(tick)}</text>`;
  });
  const below = across.ticks.map(
    (tick) =>
      `<text x="${rounded(across.place(tick))}" y="${height - bottom + 18}" text-anchor="middle">${shownNumber(tick)}</text>`,
  );
  // Names of lines that end near each other are moved apart.
  const ends = lines
    .map(({ points }, i) => ({ i, at: up.place(points.at(-1)?.[1] ?? 0) }))
    .toSorted((a, b) => a.at - b.at)
    .reduce<{ i: number; at: number }[]>((placed, { i, at }) => {
      placed.push({ i, at: Math.max(at, (placed.at(-1)?.at ?? 0) + 16) });
      return placed;
    }, []);
  const beyond = Math.max(0, (ends.at(-1)?.at ?? 0) - (height - bottom));
  const drawn = lines.map(({ name, points }, i) => {
    const colour = `var(--line-${i % light.length})`;
    const path = points
      .map(([px, py], n) => `${n === 0 ? 'M' : 'L'}${rounded(across.place(px))} ${rounded(up.place(py))}`)
      .join('');
    const at = rounded((ends.find((end) => end.i === i)?.at ?? top) - beyond);
    return `<path class="line" style="stroke: ${colour}" stroke-dasharray="${dashes[i % dashes.length]}" d="${path}"/><path class="line" style="stroke: ${colour}" stroke-dasharray="${dashes[i % dashes.length]}" d="M${width - right + 8} ${at}h26"/><text x="${width - right + 40}" y="${rounded(at + 4)}">${escaped(name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-about" class="chart">
  <title id="${id}-title">${escaped(title)}</title>
  <desc id="${id}-about">${escaped(about)}</desc>
  <style>${style}
  </style>
  <text class="title" x="${left}" y="20">${escaped(title)}</text>
  ${[...horizontal, ...below, ...drawn].join('\n  ')}
  <text x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle">${escaped(x.name)}</text>
  <text transform="translate(16 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.name)}</text>
</svg>
`;
};
