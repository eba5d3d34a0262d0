import { streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import type { ScanPlace } from '../ports.ts';
import { races, readParts, TryAgain } from '../store/read-all.ts';
import { applyAll, takenUp } from '../view/project.ts';
import { streamsOf } from './fill.ts';
import type { Work } from './ports.ts';
import { defaultWorkSettings } from './settings.ts';
import type { Page, Working } from './slice.ts';

const notesPerPage = 100;

/** Brings a stream to its head, from wherever it is; one that is parked is taken up again, and parks again if it must. */
const catchUp = async (working: Working, stream: string): Promise<number> => {
  const { view, store, projection, log } = working;
  const key = streamKey(projection, stream);
  for (let race = 0; race < races; race++) {
    const head = await takenUp(working, await view.head(key));
    if (head === 'again') continue;
    if (head?.parked || head?.begun) return 0;
    const after = await applyAll(working, head, readParts(store, stream, { from: (head?.commit ?? 0) + 1 }, 0));
    if (after?.parked) log.error('A stream is parked.', { projection: projection.name, stream, ...after.parked });
    if (after) return after.commit - (head?.commit ?? 0);
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

/** The notes of one shard: each goes when its stream is at its head. */
export const drainPage =
  (working: Working, { number }: Work) =>
  (): Page =>
  async (after) => {
    const { dirty, settings = defaultWorkSettings } = working;
    const stream = after?.stream;
    const page = await dirty.list(number, { limit: notesPerPage, ...(stream !== undefined && { after: String(stream) }) });
    let commits = 0;
    await atOnce(settings.streamsAtOnce, page.notes, async (note) => {
      commits += await catchUp(working, note.stream);
      await dirty.clear(note);
    });
    return { ...(page.next !== undefined && { next: { stream: page.next } }), commits, streams: page.notes.length };
  };

/**
 * The pages of one segment, each stream when the scan comes to its first commit. What a function drops and notes because it takes the revision for
 * being built, was appended before it went live: a consistent read after that finds it.
 */
export const catchUpPage =
  (working: Working, { number, of }: Work) =>
  (): Page =>
  async (after) => {
    const { scanner, settings = defaultWorkSettings } = working;
    const page = await scanner.scan(
      { segment: number, of },
      { limit: settings.pageCommits, consistent: true, ...(after && { after: after as ScanPlace }) },
    );
    const streams = streamsOf(
      working,
      page.commits.filter(({ commit }) => commit === 1),
    );
    let commits = 0;
    await atOnce(settings.streamsAtOnce, streams.keys(), async (stream) => {
      commits += await catchUp(working, stream);
    });
    return { ...(page.next && { next: page.next }), commits, streams: streams.size, scanUnits: page.units };
  };
