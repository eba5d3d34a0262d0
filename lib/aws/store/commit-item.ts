import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Commit } from '../../core/commit.ts';
import type { CommitForm } from '../../core/settings/fields.ts';
import { dynamoDb } from '../../engine/limits.ts';
import { packed, unpacked } from '../../engine/store/packed.ts';
import { itemSize } from '../../engine/store/size.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';

// The one place where a commit becomes an item, and an item a commit. Plain, it has an attribute for each of its values; packed, its key and this one, with a text
// or with the same deflated.

const attribute = 'c';

type Packed = Readonly<{ stream: string; commit: number; c: string | Uint8Array }>;

/** A packed commit above this size is deflated: one write unit, below which smaller is no cheaper. Half of it is ids and names that come again. */
const deflateAbove = dynamoDb.writeUnitBytes;

/** Commits up to this size are packed though plain they may be smaller: each counts as so much for snapshots. */
const anyway = 768;

const least = (commit: Commit, made: Packed): Commit | Packed => {
  const size = itemSize(made);
  if (size <= anyway) return made;
  const smaller: Packed = size > deflateAbove ? { ...made, c: deflateRawSync(made.c) } : made;
  const best = itemSize(smaller) < size ? smaller : made;
  return itemSize(best) <= itemSize(commit) ? best : commit;
};

/**
 * A commit as it is stored. Packed, it is not larger than plain (beyond a size that matters nowhere): what limits, snapshots and their pages go by is the size of the
 * plain one. A text of control characters takes more room in JSON, and so do numbers of many digits.
 */
const storedAs = (commit: Commit, form: CommitForm): Commit | Packed =>
  form === 'plain' ? commit : least(commit, { stream: commit.stream, commit: commit.commit, c: packed(commit) });

export const commitItem = (commit: Commit, form: CommitForm): Item => toItem(storedAs(commit, form));

/** The bytes of a commit as it is stored. */
export const storedSize = (commit: Commit, form: CommitForm): number => itemSize(storedAs(commit, form));

/** No text of a commit is larger: each byte of an item is at most six characters in JSON. */
const longestText = 6 * dynamoDb.itemBytes;

const inflated = (bytes: Uint8Array): string | undefined => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: longestText }).toString();
  } catch {
    return undefined;
  }
};

/** The text of a packed commit. Lambda hands out bytes of a stream as they travel, in base64. */
const textIn = ({ S, B }: Item[string]): string | undefined =>
  S ?? (B && inflated(typeof B === 'string' ? Buffer.from(B, 'base64') : B));

const keyAndText = 3;

/** What stands beside a text was not written by us: it becomes part of the commit, as anything in a plain one would, so that no hash fits. */
const withBeside = (commit: Commit, { [attribute]: _, ...beside }: Item): Commit => ({ ...commit, ...fromItem(beside) });

/** The commit of an item, in whichever form. */
export const commitOf = (item: Item): Commit => {
  const value = item[attribute];
  if (value === undefined) return fromItem(item) as Commit;
  const [stream, commit] = [item.stream!.S!, Number(item.commit!.N)];
  const made = unpacked(stream, commit, textIn(value) ?? '');
  return Object.keys(item).length > keyAndText ? withBeside(made, item) : made;
};

/** What an image of the table's stream has, whoever wrote it: its key where no commit can be read of it, so that nobody stops the guard by what they write. */
export const changedTo = (image: Item): Readonly<Record<string, unknown>> => {
  try {
    return commitOf(image);
  } catch {
    return { stream: image.stream?.S, commit: Number(image.commit?.N) };
  }
};
