import type { Recorded } from '../message.ts';
import type { AnyProjection, RowPerStream } from '../projection.ts';
import { parseStream } from '../stream.ts';
import { processDecider } from './decider.ts';
import type { ProcessEvent, StepEnded } from './events.ts';
import type { AnyProcess } from './process.ts';

/** The view of all instances of all processes; no view of a manifest's own may have its name.
 * @example GET /views/process-instances?list=standing-still&by=stuck
 */
export const instancesName = 'process-instances';

/** An instance as operators see it in the list. Stored format of 2026-11.
 * @example const row: InstanceRow = { process: 'transferProcess', instance: 't1', status: 'stuck', since, startedAt, changedAt, open: 0, why };
 */
export type InstanceRow = Readonly<{
  process: string;
  instance: string;
  status: StepEnded['status'];
  /** Since when it has had this status. */
  since: string;
  startedAt: string;
  changedAt: string;
  /** Commands without an outcome that could be sent. */
  open: number;
  /** The time of its next deadline. */
  waitsUntil?: string;
  /** The reason for being stuck or parked, in words. */
  why?: string;
  /** The end, in a word or a few. */
  how?: string;
}>;

type Of<T extends ProcessEvent['type']> = Recorded<Extract<ProcessEvent, { type: T }>>;

const begun = ({ stream, at }: Recorded): InstanceRow => {
  const { category: process = '', id: instance = stream } = parseStream(stream) ?? {};
  return { process, instance, status: 'running', since: at, startedAt: at, changedAt: at, open: 0 };
};

const refusal = ({ to, command, reason }: Of<'InstanceStuck'>['data']): string =>
  `${to} refuses ${command.type}: ${reason.replaceAll('-', ' ')}`;

/** The statuses of an instance that an operator has to look at: it goes on by itself in no case.
 * @example standingStill.includes(row.status); // true for a row of the list `standing-still`
 */
export const standingStill: readonly InstanceRow['status'][] = ['stuck', 'parked'];

/** The handlers that make the rows, for any processes: a commit of an instance ends with `StepEnded`, which states its status. */
const declared = {
  kind: 'row-per-stream',
  name: instancesName,
  revision: 2,
  may: ['operator'],
  // Whoever runs is in no list: all instances that run would share one key, which each of their steps would write.
  lists: {
    'standing-still': {
      by: ({ status }: InstanceRow) => (standingStill.includes(status) ? status : undefined),
      sort: (row: InstanceRow) => row.since,
    },
  },
  filters: ['process', 'status'],
  on: {
    InstanceStuck: (row, event) => {
      const known = row ?? begun(event);
      // Several commands may be refused: the first is the one to begin with.
      return { ...known, why: known.why ?? refusal(event.data) };
    },
    InstanceParked: (row, event) => ({ ...(row ?? begun(event)), why: event.data.thrown }),
    Ended: (row, event) => ({ ...(row ?? begun(event)), how: event.data.how }),
    StepEnded: (row, event) => {
      const { why, waitsUntil: _, ...known } = row ?? begun(event);
      const { status, sends, due } = event.data;
      return {
        ...known,
        status,
        since: status === known.status ? known.since : event.at,
        changedAt: event.at,
        open: sends,
        ...(due !== undefined && { waitsUntil: due }),
        ...(standingStill.includes(status) && why !== undefined && { why }),
      };
    },
  },
} as const satisfies Omit<RowPerStream<InstanceRow, ProcessEvent>, 'from'>;

/**
 * The view of the instances, as callers of the typed client see it.
 * @example type Row = InstancesView extends RowPerStream<infer Row, never> ? Row : never;
 */
export type InstancesView = RowPerStream<InstanceRow, ProcessEvent, typeof instancesName, 'standing-still', 'process' | 'status'>;

/**
 * The rows' handlers, independent of the manifest: the hash of their code is theirs, and they tell the kernel's view from a manifest's own.
 * @example instancesOf(manifest.processes)[0]?.on === instanceRows; // true
 */
export const instanceRows = declared.on;

/** The view of a manifest's instances; none where there are no processes. A process that is added adds rows and changes none.
 * @example const projections = [...manifest.projections, ...instancesOf(manifest.processes ?? [])];
 */
export const instancesOf = (processes: readonly AnyProcess[]): readonly AnyProjection[] =>
  processes.length === 0 ? [] : [{ ...declared, from: processes.map(processDecider) } as AnyProjection];
