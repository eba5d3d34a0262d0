import { useEffect, useState } from 'preact/hooks';
import type { Chain } from '../../../lib/console/opened.ts';
import type { CommandForm } from '../../../lib/console/stream-calls.ts';
import type { Through } from '../../../lib/console/through.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { domain } from '../../domain.ts';
import { ops } from '../../session.ts';

/** A stream as far as it is loaded. */
export type OpenedStream = Readonly<{
  stream: string;
  commits: readonly Commit[];
  isWhole: boolean;
  chain?: Chain;
  throughs: readonly Through[];
  forms: readonly CommandForm[];
  /** The domain's code does not run in this page: the stream is shown as it is stored. */
  codeFault?: unknown;
  error?: unknown;
  reload: () => void;
}>;

const pageSize = 1_000;
/** The most commits that are handed to the domain's code at once: each message is copied while nothing else happens. */
const handed = 200;
/** The last stream that was opened, which its other screen shows too. */
let kept: OpenedStream | undefined;

type Opening = Omit<OpenedStream, 'reload'>;

const handOver = async (commits: readonly Commit[]): Promise<void> => {
  for (let from = 0; from < commits.length; from += handed)
    await domain('addCommits', { commits: commits.slice(from, from + handed) });
};

/** Loads a stream page by page, and hands each page to the domain's code. */
const load = async (stream: string, show: (opened: Opening) => void, isWanted: () => boolean): Promise<void> => {
  const hyphen = stream.indexOf('-');
  const [category, id] = [stream.slice(0, hyphen), stream.slice(hyphen + 1)];
  let opened: Opening = { stream, commits: [], isWhole: false, throughs: [], forms: [] };
  const known = domain('openStream', { stream }).catch((codeFault: unknown) => ({ throughs: [], forms: [], codeFault }));
  for (let from: number | undefined = 1; from !== undefined; ) {
    const page: Awaited<ReturnType<typeof ops.streams.stored>> = await ops.streams.stored(category, id, {
      from,
      limit: pageSize,
    });
    opened = { ...opened, ...(await known) };
    if (!isWanted()) return;
    if (opened.codeFault === undefined) await handOver(page.commits);
    if (!isWanted()) return;
    from = page.next;
    opened = { ...opened, commits: [...opened.commits, ...page.commits], isWhole: from === undefined };
    show(opened);
  }
  if (opened.codeFault !== undefined) return;
  const chain = await domain('verifyStream', undefined as never);
  if (isWanted()) show({ ...opened, chain });
};

/** The stream that a screen shows. Its state is the worker's too, so there is one at a time. */
export const useStream = (stream: string): OpenedStream => {
  const [turn, setTurn] = useState(0);
  const reload = () => {
    kept = undefined;
    setTurn((before) => before + 1);
  };
  const empty: Opening = { stream, commits: [], isWhole: false, throughs: [], forms: [] };
  const [opened, setOpened] = useState<Opening>(kept?.stream === stream ? kept : empty);
  useEffect(() => {
    if (kept?.stream === stream && kept.isWhole) return;
    let isWanted = true;
    const show = (next: Opening) => {
      kept = { ...next, reload };
      setOpened(next);
    };
    setOpened((before) => (before.stream === stream ? { ...before, error: undefined } : empty));
    load(stream, show, () => isWanted).catch((error: unknown) => isWanted && setOpened((before) => ({ ...before, error })));
    return () => {
      isWanted = false;
    };
  }, [stream, turn]);
  return { ...(opened.stream === stream ? opened : empty), reload };
};
