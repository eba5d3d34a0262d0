import { useEffect, useRef, useState } from 'preact/hooks';
import type { Commit } from '../../../lib/core/commit.ts';
import { setQuery } from '../../router.ts';
import { commitAt, placeOf } from './place.ts';

/** How long the address waits for a slider that moves: a browser takes few changes of it in a second (milliseconds). */
const rest = 200;

/** The commit that one looks at: the page follows at once, and the address when it rests. */
export const usePlace = (commits: readonly Commit[], query: URLSearchParams): readonly [number, (commit: number) => void] => {
  const named = commitAt(commits, query);
  const [moved, setMoved] = useState<number>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setMoved(undefined), [query.get('at'), query.get('commit')]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const go = (commit: number) => {
    setMoved(commit);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery(placeOf(commits, commit)), rest);
  };
  return [moved ?? named, go];
};

type Props = Readonly<{ commits: readonly Commit[]; at: number; go: (commit: number) => void }>;

/** The way through time: from before the first commit to the last. */
export const Slider = ({ commits, at, go }: Props) => (
  <div class="slider">
    <button type="button" class="button" disabled={at <= 0} onClick={() => go(at - 1)} aria-label="One commit back">
      ←
    </button>
    <input
      type="range"
      aria-label="Commit"
      aria-valuetext={`commit ${at} of ${commits.length}`}
      min={0}
      max={commits.length}
      value={at}
      onInput={(event) => go(Number(event.currentTarget.value))}
    />
    <button type="button" class="button" disabled={at >= commits.length} onClick={() => go(at + 1)} aria-label="One commit on">
      →
    </button>
    <output class="mono">
      {at} / {commits.length}
    </output>
  </div>
);
