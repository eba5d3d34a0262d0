import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Commit } from '../../../lib/core/commit.ts';
import { typesOf } from '../../../lib/core/commit.ts';
import { Time } from '../../parts/time.tsx';
import { inSight, madeBy, seen } from './place.ts';

const height = 46;

type Go = (commit: number) => void;
type Props = Readonly<{ commits: readonly Commit[]; at: number; go: Go }>;
type RowProps = Readonly<{ commit: Commit; isChosen: boolean; isLater: boolean; go: Go }>;

const Row = ({ commit, isChosen, isLater, go }: RowProps) => {
  const types = commit.events ? typesOf(commit) : [];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys.
    <div
      class={isLater ? 'commit is-later' : 'commit'}
      id={`commit-${commit.commit}`}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
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

/** The height of an element's box, told by the browser after its layout: to ask for it makes one at once. */
const useRoom = (box: Readonly<{ current: HTMLElement | null }>): number => {
  const [room, setRoom] = useState(600);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setRoom(entry.contentRect.height));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return room;
};

/**
 * How far a list is scrolled, by its reader or because another commit is looked at. That one comes into sight within the render that says so: the list is
 * rendered and laid out once for each step.
 */
const useScroll = (box: Readonly<{ current: HTMLElement | null }>, { commits, at }: Props, room: number) => {
  const scroll = useRef({ top: 0, at: -1, count: -1, room: -1 });
  const [, setFirst] = useState(0);
  const before = scroll.current;
  const count = commits.length;
  if (before.at !== at || before.count !== count || before.room !== room)
    scroll.current = { top: inSight({ row: at - 1, height, room, top: before.top }), at, count, room };
  const { top } = scroll.current;
  const isMoved = before.top !== top;
  // With the browser's own layout of the frame: the render before it is a task of its own.
  const frame = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (!isMoved) return;
    frame.current ??= requestAnimationFrame(() => {
      frame.current = undefined;
      if (box.current) box.current.scrollTop = scroll.current.top;
    });
  });
  const follow = ({ currentTarget }: Readonly<{ currentTarget: HTMLElement }>) => {
    if (frame.current !== undefined) return;
    scroll.current.top = currentTarget.scrollTop;
    setFirst(seen({ count, height, top: scroll.current.top, room }).from);
  };
  return [top, follow] as const;
};

/** The commits of a stream, of which only those in sight are on the page: j, k, arrows, pages, Home and End go through them. */
export const Timeline = (props: Props) => {
  const { commits, at, go } = props;
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  const [top, follow] = useScroll(box, props, room);
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(room / height) - 1);
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -at, End: commits.length }[
      event.key
    ];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(Math.min(commits.length, Math.max(1, at + by)));
  };
  const { from, to } = seen({ count: commits.length, height, top, room });
  return (
    <div
      ref={box}
      class="timeline"
      role="listbox"
      aria-label="Commits"
      aria-activedescendant={at > from && at <= to ? `commit-${at}` : undefined}
      tabIndex={0}
      onScroll={follow}
      onKeyDown={press}
    >
      <div class="whole" role="presentation" style={{ height: `${commits.length * height}px` }}>
        {commits.slice(from, to).map((commit) => (
          // A row that leaves at one end is the one that comes at the other.
          <Row
            key={commit.commit % (to - from)}
            commit={commit}
            isChosen={commit.commit === at}
            isLater={commit.commit > at}
            go={go}
          />
        ))}
      </div>
    </div>
  );
};
