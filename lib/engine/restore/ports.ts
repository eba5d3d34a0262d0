import type { AnyProcess } from '../../core/process/process.ts';
import type { AnyProjection } from '../../core/projection.ts';
import type { Queue, View, ViewItem } from '../ports.ts';
import type { Cursors, Deadline, Deadlines, Scheduler } from '../process/ports.ts';
import type { Progresses } from '../schedule/ports.ts';

/** The cursors of a process in all its sources, in no particular order. */
export interface AllCursors {
  each(): AsyncIterable<Readonly<{ stream: string; commit: number }>>;
}

/** Every open deadline of an instance of a process. */
export interface AllDeadlines {
  each(): AsyncIterable<Deadline>;
}

/** The cursors of a view: the heads of its streams, and every row where a row says how far its stream is. */
export interface AllHeads {
  each(): AsyncIterable<Pick<ViewItem, 'key' | 'stream' | 'commit'>>;
}

/** A process, with all that it keeps beside the commits. */
export type RestoredProcess = Readonly<{
  process: AnyProcess;
  cursors: Cursors & AllCursors;
  deadlines: Deadlines & AllDeadlines;
  scheduler: Pick<Scheduler, 'cancel'>;
  queue: Pick<Queue, 'send'>;
}>;

/** A schedule. Its progress may tell of commands whose commits are gone. */
export type RestoredSchedule = Readonly<{ name: string; progresses: Progresses; queue: Pick<Queue, 'send'> }>;

/** A revision of a view. */
export type RestoredView = Readonly<{ projection: AnyProjection; heads: AllHeads; queue: Pick<Queue, 'send'> }>;

/** The consumer that announces public events. */
export type RestoredAnnouncer = Readonly<{ projection: AnyProjection; heads: AllHeads; view: Pick<View, 'head' | 'putHead'> }>;
