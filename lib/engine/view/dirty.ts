import { dirtyShards } from './ports.ts';
import { shardOf } from './shares.ts';

/** What stands before a partition of notes, and in no row's or stream's key: they share one table. */
const mark = '!dirty/';

/** Where a stream's note lies. Stored format of 2026-11. */
export const shardOfNote = (stream: string): number => shardOf(stream, dirtyShards);
export const dirtyPlace = (shard: number): string => `${mark}${String(shard).padStart(2, '0')}`;
export const isDirtyPlace = (key: string): boolean => key.startsWith(mark);
