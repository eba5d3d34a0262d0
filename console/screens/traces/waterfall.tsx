import type { Trace } from '../../../lib/engine/history/trace.ts';
import { axisOf } from './axis.ts';
import { apart, kindNames, kindOf, type Row, waitSays } from './rows.ts';

type Props = Readonly<{
  rows: readonly Row[];
  waits: Trace['waits'];
  hrefOf: (key: string) => string;
  chosen: string | undefined;
}>;

/** Indented so far at most: deeper ones keep the room that their words need. */
const deepest = 14;
const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

/** A trace over time: a line for each commit, below what it followed from, with the time that it took since then. */
export const Waterfall = ({ rows, waits, hrefOf, chosen }: Props) => {
  const { at, gaps, ticks } = axisOf(rows.map(({ step }) => step.afterMilliseconds));
  return (
    <div class="waterfall">
      <div class="line is-head" aria-hidden="true">
        <span />
        <span class="bars">
          {ticks.map(({ time, after }) => (
            <span key={time} class="tick" style={{ left: percent(at(time)) }}>
              {after === undefined ? apart(time) : `+ ${apart(after)}`}
            </span>
          ))}
        </span>
      </div>
      <ol class="bare" aria-label="Commits, each below what it followed from">
        {rows.map((row) => {
          const { step, depth, parent, key } = row;
          const from = at(Math.min(parent?.step.afterMilliseconds ?? step.afterMilliseconds, step.afterMilliseconds));
          const kind = kindOf(step);
          return (
            <li key={key}>
              <a
                class={`line is-${kind}`}
                href={hrefOf(key)}
                data-key={key}
                aria-current={chosen === key ? 'true' : undefined}
                title={`${kindNames[kind]}: ${step.says}`}
              >
                <span class="words" style={{ paddingLeft: `${Math.min(depth, deepest) * 14}px` }}>
                  <span class="mono">
                    {step.stream} #{step.commit}
                  </span>
                  <span class="dim says">{step.says}</span>
                </span>
                <span class="bars">
                  {gaps.map((gap) => (
                    <span
                      key={gap.from}
                      class="gap"
                      style={{ left: percent(at(gap.from)), width: percent(at(gap.to) - at(gap.from)) }}
                      title={`${apart(gap.to - gap.from)} in which nothing happened`}
                    />
                  ))}
                  <span class="bar" style={{ left: percent(from), width: percent(at(step.afterMilliseconds) - from) }} />
                  <span class="dot" style={{ left: percent(at(step.afterMilliseconds)) }} />
                </span>
              </a>
            </li>
          );
        })}
        {waits.map((wait, i) => (
          <li key={i}>
            <span class="line is-wait">
              <span class="words">
                <span class="mono">{wait.instance}</span>
                <span class="dim says">{waitSays(wait)}</span>
              </span>
              <span class="bars">
                <span class="bar" style={{ left: percent(at(Number.POSITIVE_INFINITY) - 0.04), width: '4%' }} />
              </span>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
};
