import { shardOf } from '../shard.ts';
import { dirtyShards } from './ports.ts';

/** The prefix of a partition of notes, which no key of a row or stream has: they share one table. */
const mark = '!dirty/';

/** The key of a stream's note. Stored format of 2026-11. */
export const shardOfNote = (stream: string): number => shardOf(stream, dirtyShards);
export const dirtyPlace = (shard: number): string => `${mark}${String(shard).padStart(2, '0')}`;
export const isDirtyPlace = (key: string): boolean => key.startsWith(mark);
