import type { JSX } from 'preact';
import { type Box, rateText } from './boxes.ts';
import { type Arrow, type Placed, pictureOf } from './layout.ts';

/** A title that fits into its box: about so many characters. */
const short = (text: string, width: number): string => {
  const most = Math.floor((width - 24) / 7.4);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

const shortWords = (says: readonly string[], width: number): string => {
  const text = says.join(' · ');
  const most = Math.floor((width - 26) / 6.5);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

const Pillar = ({ placed: { box, x, y, width, height } }: Readonly<{ placed: Placed }>) => (
  <>
    <rect class="plate" x={x} y={y} width={width} height={height} rx="10" />
    <rect class="edge" x={x} y={y} width={width} height="5" rx="2.5" />
    <text class="title" x={x + width / 2} y={y + 30} text-anchor="middle">
      {box.title}
    </text>
    {box.perMinute !== undefined && (
      <text class="rate" x={x + width / 2} y={y + 48} text-anchor="middle">
        {rateText(box.perMinute)}
      </text>
    )}
    {box.wrong.map((words, i) => (
      <text key={words} class="words" x={x + width / 2} y={y + 66 + 14 * i} text-anchor="middle">
        {short(words, width + 30)}
      </text>
    ))}
  </>
);

const Plate = ({ placed: { box, x, y, width, height } }: Readonly<{ placed: Placed }>) => {
  const rate = box.perMinute === undefined ? undefined : rateText(box.perMinute);
  return (
    <>
      <rect class="plate" x={x} y={y} width={width} height={height} rx="7" />
      <rect class="edge" x={x} y={y + 5} width="4" height={height - 10} rx="2" />
      <text class="title" x={x + 14} y={y + 17}>
        {short(box.title, width - (box.mark ? 16 : 0))}
        {box.mark && (
          <tspan class="mark" dx="5">
            {box.mark}
          </tspan>
        )}
      </text>
      <text class="words" x={x + 14} y={y + 33}>
        {shortWords(box.says, width - (rate === undefined ? 0 : 52))}
      </text>
      {rate !== undefined && (
        <text class="rate" x={x + width - 10} y={y + 33} text-anchor="end">
          {rate}
        </text>
      )}
    </>
  );
};

/** A box. The list below it is what keys and screen readers use. */
const Shown = ({ placed }: Readonly<{ placed: Placed }>) => {
  const { box, isPillar } = placed;
  const inner: JSX.Element = (
    <g class={`box is-${box.tone}`}>
      <title>{`${box.title} ${box.mark ?? ''}: ${box.says.join(', ')}`}</title>
      {isPillar ? <Pillar placed={placed} /> : <Plate placed={placed} />}
    </g>
  );
  return box.link === undefined ? (
    inner
  ) : (
    <a href={box.link} tabindex={-1}>
      {inner}
    </a>
  );
};

/** The speed at which the dashes of an arrow go, by the rate: three are told apart. */
const speed = ({ perMinute = 0, isMoving }: Box): string =>
  perMinute >= 600 ? 'is-fast' : perMinute >= 30 ? 'is-steady' : perMinute > 0 || isMoving ? 'is-slow' : '';

const Line = ({ arrow: { path, kind }, box }: Readonly<{ arrow: Arrow; box: Box | undefined }>) => (
  <g class={`arrow is-${box?.tone ?? 'off'} ${kind === 'back' ? 'is-back' : ''}`}>
    <path class="line" d={path} marker-end="url(#flow-head)" />
    {box && speed(box) !== '' && kind === 'flow' && <path class={`dashes ${speed(box)}`} d={path} />}
  </g>
);

/** The picture of all boxes and arrows. What it shows is said once more, in words, by the list below. */
export const Picture = ({ boxes }: Readonly<{ boxes: readonly Box[] }>) => {
  const { width, height, placed, arrows, headings } = pictureOf(boxes);
  const named = new Map(boxes.map((box) => [box.id, box]));
  return (
    <figure class="picture">
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
        <defs>
          <marker id="flow-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path class="head" d="M0 0.5L7.5 4L0 7.5Z" />
          </marker>
        </defs>
        {arrows.map((arrow) => (
          <Line key={arrow.id} arrow={arrow} box={named.get(arrow.of)} />
        ))}
        {headings.map(({ text, x, y }) => (
          <text key={text} class="heading" x={x} y={y}>
            {text}
          </text>
        ))}
        {placed.map((each) => (
          <Shown key={each.box.id} placed={each} />
        ))}
      </svg>
    </figure>
  );
};
