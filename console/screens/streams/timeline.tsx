import { useEffect, useRef, useState } from 'preact/hooks';
import type { Commit } from '../../../lib/core/commit.ts';
import { typesOf } from '../../../lib/core/commit.ts';
import { Time } from '../../parts/time.tsx';
import { madeBy, seen } from './place.ts';

const height = 46;

type Props = Readonly<{ commits: readonly Commit[]; at: number; go: (commit: number) => void }>;

const Row = ({ commit, at, go }: Readonly<{ commit: Commit; at: number; go: (commit: number) => void }>) => {
  const types = commit.events ? typesOf(commit) : [];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys.
    <div
      class={commit.commit > at ? 'commit is-later' : 'commit'}
      id={`commit-${commit.commit}`}
      role="option"
      tabIndex={-1}
      aria-selected={commit.commit === at}
      aria-posinset={commit.commit}
      style={{ top: `${(commit.commit - 1) * height}px` }}
      onClick={() => go(commit.commit)}
    >
      <span class="number">{commit.commit}</span>
      <span class="what">
        <strong>{types.length > 0 ? types.join(', ') : madeBy(commit)}</strong>
        <span class="dim">
          <Time at={commit.at} age={false} /> · {commit.meta?.actor} · {madeBy(commit)}
        </span>
      </span>
    </div>
  );
};

/** The commits of a stream, of which only those in sight are on the page: j, k, arrows, pages, Home and End go through them. */
export const Timeline = ({ commits, at, go }: Props) => {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, room: 600 });
  const look = () => box.current && setView({ top: box.current.scrollTop, room: box.current.clientHeight });
  useEffect(() => {
    const list = box.current;
    if (!list) return;
    const [top, bottom] = [(at - 1) * height, at * height];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
    look();
  }, [at, commits.length]);
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.room / height) - 1);
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -at, End: commits.length }[
      event.key
    ];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(Math.min(commits.length, Math.max(1, at + by)));
  };
  const { from, to } = seen({ count: commits.length, height, ...view });
  return (
    <div
      ref={box}
      class="timeline"
      role="listbox"
      aria-label="Commits"
      aria-activedescendant={at > from && at <= to ? `commit-${at}` : undefined}
      tabIndex={0}
      onScroll={look}
      onKeyDown={press}
    >
      <div class="whole" role="presentation" style={{ height: `${commits.length * height}px` }}>
        {commits.slice(from, to).map((commit) => (
          <Row key={commit.commit} commit={commit} at={at} go={go} />
        ))}
      </div>
    </div>
  );
};
