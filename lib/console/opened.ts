import type { Commit } from '../core/commit.ts';
import type { AnyDecider } from '../core/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import { recordCategory, recordDecider } from '../core/personal/record.ts';
import { decidersOf } from '../core/process/decider.ts';
import { parseStream } from '../core/stream.ts';
import { tagCategory, tagDecider, tagsIn } from '../core/tag/stream.ts';
import type { Page, Range } from '../engine/ports.ts';
import { isPurged } from '../engine/store/purged.ts';
import { type Verified, verifyStream } from '../engine/store/verify.ts';
import { sha256 } from './sha256.ts';

/** The stream that the page looks at, as far as it has been handed over. */
export type Opened = Readonly<{ stream: string; commits: Commit[] }>;

/** The decider of a stream's category, of whatever the deployment has streams of; undefined for streams that are not folded. */
export const deciderOf = (manifest: Manifest, stream: string): AnyDecider | undefined => {
  const { category = '', id = '' } = parseStream(stream) ?? {};
  if (category === recordCategory) return recordDecider;
  const tag = category === tagCategory ? tagsIn(manifest.aggregates).find(({ name }) => name === id.split('.')[0]) : undefined;
  return tag ? tagDecider(tag) : decidersOf(manifest).find((decider) => decider.category === category);
};

/** Commits that are followed at a time: between them the page's other calls are answered. */
const atOnce = 200;

const readFrom = (commits: readonly Commit[]) => ({
  read: async (_: string, { from }: Range): Promise<Page> => {
    await new Promise((resolve) => setTimeout(resolve));
    const first = commits.findIndex(({ commit }) => commit >= from);
    if (first === -1) return { commits: [] };
    const next = commits[first + atOnce]?.commit;
    return { commits: commits.slice(first, first + atOnce), ...(next !== undefined && { next }) };
  },
  find: async (_: string, number: number) => commits.find(({ commit }) => commit === number),
});

/** What the page can say of a chain: it holds, it does not, or a purge stands in it, whose proof only the deployment can check. */
export type Chain = Verified | Readonly<{ stream: string; purged: true }>;

/** Follows the hash chain of the commits that are there, by the code of `foldstream verify`. */
export const verifyOpened = ({ stream, commits }: Opened): Promise<Chain> | Chain =>
  commits.some(isPurged)
    ? { stream, purged: true }
    : verifyStream(readFrom(commits) as never, { keys: { hash: sha256 }, proofs: { holds: async () => false } }, stream);
