import { useMemo, useState } from 'preact/hooks';
import type { Model } from '../../../lib/engine/model/model.ts';
import { fitted, pictureOf, related } from '../../../lib/engine/model/picture.ts';
import type { PictureNode } from '../../../lib/engine/model/picture-boxes.ts';
import { href } from '../../router.ts';

const says: Readonly<Record<PictureNode['kind'], string>> = {
  aggregate: 'aggregate',
  event: 'event',
  view: 'view',
  process: 'process',
  watch: 'watch',
  sends: 'commands',
  effect: 'effect',
  hook: 'hook',
  schedule: 'schedule',
};

const Node = ({ node, isDim, look }: Readonly<{ node: PictureNode; isDim: boolean; look: (id?: string) => void }>) => {
  const { id, kind, name, lines, page, x, y, width, height } = node;
  return (
    <a
      href={href(['model', ...page])}
      class={`node is-${kind} ${isDim ? 'is-faint' : ''}`}
      onMouseEnter={() => look(id)}
      onMouseLeave={() => look()}
      onFocus={() => look(id)}
      onBlur={() => look()}
    >
      <title>{`${says[kind]} ${name}${lines.length > 0 ? `: ${lines.join(', ')}` : ''}`}</title>
      <rect x={x} y={y} width={width} height={height} rx="6" />
      <text class="name" x={x + 10} y={y + 19}>
        {fitted(name, width - 20)}
      </text>
      {lines.map((line, i) => (
        <text key={i} class="line" x={x + 10} y={y + 36 + i * 17}>
          {fitted(line, width - 14, 7.2)}
        </text>
      ))}
    </a>
  );
};

/** The whole model as a picture. What a box has to do with is told apart while one looks at it, or by `marked`. */
export const ModelPicture = ({
  model,
  isWhole,
  marked,
}: Readonly<{ model: Model; isWhole: boolean; marked: ReadonlySet<string> | undefined }>) => {
  const [looked, setLooked] = useState<string>();
  const picture = useMemo(() => pictureOf(model, { isWhole }), [model, isWhole]);
  const lit = useMemo(() => {
    if (looked !== undefined) return related(picture, looked);
    if (!marked) return undefined;
    return new Set(picture.nodes.filter(({ page }) => marked.has(page.join('/'))).map(({ id }) => id));
  }, [picture, looked, marked]);
  const { width, height, columns, nodes, edges } = picture;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys.
    <section class="model-picture" aria-label="The model as a picture" tabIndex={0}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>Boxes, and what leads where</title>
        {columns.map(({ name, x }) => (
          <text key={name} class="column" x={x} y="22">
            {name}
          </text>
        ))}
        <g>
          {edges.map(({ from, to, curve }) => (
            <path
              key={`${from} ${to}`}
              d={curve}
              class={lit ? (lit.has(from) && lit.has(to) ? 'edge is-lit' : 'edge is-faint') : 'edge'}
            />
          ))}
        </g>
        {nodes.map((node) => (
          <Node key={node.id} node={node} isDim={lit !== undefined && !lit.has(node.id)} look={setLooked} />
        ))}
      </svg>
    </section>
  );
};
