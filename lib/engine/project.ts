import type { Commit } from '../core/commit.ts';
import type { AnyProjection } from '../core/projection.ts';
import { parseStream } from '../core/stream.ts';
import { apply } from './apply.ts';
import type { Clock, Log, Store, View, ViewItem } from './ports.ts';
import type { Delivered } from './publish.ts';

export type Projecting = Readonly<{ projection: AnyProjection; store: Store; view: View; clock: Clock; log: Log }>;

/** A record of a batch, under the id by which it can be given back. */
export type Delivery = Readonly<{ id: string; delivered: Delivered }>;

/** Something that another try may well get over: the record goes back to the queue. */
export class TryAgain extends Error {
  override name = 'TryAgain';
}

const races = 5;
/** Rows are written with the cursor behind them at least this often, so that a long catch-up keeps what it has done. */
const commitsAtOnce = 200;

const numbersAfter = (cursor: number, last: number) =>
  Array.from({ length: Math.max(0, last - cursor) }, (_, i) => cursor + 1 + i);

/** The commits from one number to another, each of them: one that is missing is read again later, never skipped. */
const readAll = async (store: Store, stream: string, from: number, to: number | undefined): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  for (let next: number | undefined = from; next !== undefined; ) {
    const page = await store.read(stream, { from: next, ...(to !== undefined && { to }) });
    commits.push(...page.commits);
    next = page.next;
  }
  const hole = commits.findIndex(({ commit }, i) => commit !== from + i);
  if (hole >= 0 || (to !== undefined && commits.length !== to - from + 1))
    throw new TryAgain(`${stream}: commit ${from + (hole >= 0 ? hole : commits.length)} is not to be read yet.`);
  return commits;
};

/** What is to be applied on a cursor: what was delivered, and from the table what was not. */
const wanted = async (
  store: Store,
  stream: string,
  head: ViewItem | undefined,
  delivered: ReadonlyMap<number, Commit>,
  last: number,
) => {
  if (!head) return readAll(store, stream, 1, undefined);
  const missing = numbersAfter(head.commit, last).filter((n) => !delivered.has(n));
  const [first, end] = [missing[0], missing.at(-1)];
  const read = first === undefined || end === undefined ? [] : await readAll(store, stream, first, end);
  const filled = new Map([...delivered, ...read.map((commit) => [commit.commit, commit] as const)]);
  return numbersAfter(head.commit, last).flatMap((n) => filled.get(n) ?? []);
};

/** Writes what some commits make of a stream: rows first, the head with the cursor last. Answers the head, or undefined if another was faster. */
const write = async ({ projection, view, clock }: Projecting, before: ViewItem | undefined, commits: readonly Commit[]) => {
  const { rows, head } = apply(projection, before, commits, new Date(clock.now()).toISOString());
  await Promise.all(rows.map((row) => view.putRow(row)));
  return (await view.putHead(head, before?.commit)) ? head : undefined;
};

/** Brings a stream up to the last commit that was delivered, exactly once and in order, whatever else is delivered beside it. */
const projectStream = async (projecting: Projecting, stream: string, deliveries: readonly Delivered[]): Promise<void> => {
  const { store, view, log, projection } = projecting;
  const whole = new Map(
    deliveries.flatMap((delivered) => ('pointer' in delivered ? [] : [[delivered.commit, delivered] as const])),
  );
  const last = Math.max(...deliveries.map(({ commit }) => commit));
  const key = parseStream(stream)?.id ?? stream;
  for (let race = 0; race < races; race++) {
    let head = await view.head(key);
    if (head?.parked || (head && head.commit >= last)) return;
    const commits = await wanted(store, stream, head, whole, last);
    let lost = false;
    for (let i = 0; i < commits.length && !lost; i += commitsAtOnce) {
      const written = await write(projecting, head, commits.slice(i, i + commitsAtOnce));
      lost = written === undefined;
      if (written?.parked) {
        log.error('A stream is parked.', { projection: projection.name, stream, ...written.parked });
        return;
      }
      head = written;
    }
    if (!lost) return;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

/** Projects a batch, grouped by stream, and answers the ids of the records that are to come again. */
export const projectBatch = async (projecting: Projecting, batch: readonly Delivery[]): Promise<readonly string[]> => {
  const groups = Map.groupBy(batch, ({ delivered }) => delivered.stream);
  const failed = await Promise.all(
    [...groups].map(async ([stream, deliveries]) => {
      try {
        await projectStream(
          projecting,
          stream,
          deliveries.map(({ delivered }) => delivered),
        );
        return [];
      } catch (cause) {
        const correlations = deliveries.map(({ delivered }) => delivered.meta.correlation);
        projecting.log.warn('Not projected yet; the records come again.', {
          projection: projecting.projection.name,
          stream,
          correlations,
          cause: String(cause),
        });
        return deliveries.map(({ id }) => id);
      }
    }),
  );
  return failed.flat();
};
