import { Time } from '../../parts/time.tsx';
import type { Card, Graph } from './graph.ts';
import { apart, kindNames, kindOf, waitSays } from './rows.ts';

type Props = Readonly<{ graph: Graph; hrefOf: (key: string) => string; chosen: string | undefined }>;

const Placed = ({ card, hrefOf, chosen }: Readonly<{ card: Card }> & Omit<Props, 'graph'>) => {
  const style = { left: `${card.x}px`, top: `${card.y}px` };
  if ('wait' in card) {
    const { wait } = card;
    return (
      <div class="node is-wait" style={style} title={waitSays(wait)}>
        <strong>{waitSays(wait)}</strong>
        <span class="dim">
          {wait.for === 'deadline' && <Time at={wait.until} />}
          {(wait.for === 'outcome' || wait.for === 'effect') && <Time at={wait.since} />}
        </span>
      </div>
    );
  }
  const { step } = card.row;
  const kind = kindOf(step);
  return (
    <a
      class={`node is-${kind}`}
      style={style}
      href={hrefOf(card.key)}
      data-key={card.key}
      aria-current={chosen === card.key ? 'true' : undefined}
      title={step.says}
    >
      <strong>{step.refused === undefined && step.events.length === 1 ? step.events[0] : step.says}</strong>
      <span class="dim">
        +{apart(step.afterMilliseconds)} · {card.isInOwnLane ? '' : `${step.stream} `}#{step.commit}
        <span class="hidden-text">
          {' '}
          of {step.stream}, {kindNames[kind]}
        </span>
      </span>
    </a>
  );
};

/** A trace as a picture: a lane for each stream, time from top to bottom. */
export const GraphView = ({ graph, hrefOf, chosen }: Props) => {
  const { lanes, cards, edges, width, height } = graph;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <section class="graph-scroll" tabIndex={0} aria-label="The graph">
      <div class="graph" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg class="edges" width={width} height={height} aria-hidden="true">
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0L8 4L0 8Z" />
            </marker>
          </defs>
          {lanes.map(({ name, x }) => (
            <rect key={name} class="lane" x={x - 6} y="0" width="224" height={height} rx="8" />
          ))}
          {edges.map(({ key, path, isWait }) => (
            <path key={key} class={isWait ? 'edge is-wait' : 'edge'} d={path} marker-end="url(#arrow)" />
          ))}
        </svg>
        {lanes.map(({ name, x }) => (
          <div key={name} class="lane-name mono" style={{ left: `${x}px` }} title={name}>
            {name}
          </div>
        ))}
        {cards.map((card) => (
          <Placed key={card.key} card={card} hrefOf={hrefOf} chosen={chosen} />
        ))}
      </div>
    </section>
  );
};
