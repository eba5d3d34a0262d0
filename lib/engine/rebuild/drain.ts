import { atOnce } from '../at-once.ts';
import { sum } from '../store/size.ts';
import { catchUp } from '../view/resume.ts';
import type { Work } from './ports.ts';
import { begunIn, scanned } from './scan.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Working } from './slice.ts';

const notesPerPage = 100;

/** Brings a stream to its head, and returns the number of commits applied. */
const broughtOn = async (working: Working, stream: string): Promise<number> => {
  const { before, after } = await catchUp(working, stream);
  return after.commit - (before?.commit ?? 0);
};

/** The notes of one shard: each goes when its stream is at its head. */
export const drainPage =
  (working: Working, { number }: Work) =>
  (): TakePage =>
  async (after) => {
    const { dirty, settings = defaultWorkSettings } = working;
    const stream = after?.stream;
    const page = await dirty.list(number, { limit: notesPerPage, ...(stream !== undefined && { after: String(stream) }) });
    let commits = 0;
    await atOnce(settings.streamsAtOnce, page.notes, async (note) => {
      commits += await broughtOn(working, note.stream);
      await dirty.clear(note);
    });
    return { ...(page.next !== undefined && { next: { stream: page.next } }), commits, streams: page.notes.length };
  };

/**
 * The pages of one segment, each stream when the scan reaches its first commit. A function that still treats the revision as being built
 * drops and notes commits that were appended before it went live: a consistent read after that finds them.
 */
export const catchUpPage = (working: Working, work: Work) => (): TakePage =>
  scanned(
    working,
    work,
    async (page) => {
      const { settings = defaultWorkSettings } = working;
      const streams = begunIn(working, page);
      const commits = sum(await atOnce(settings.streamsAtOnce, streams.keys(), (stream) => broughtOn(working, stream)));
      return { commits, streams: streams.size };
    },
    true,
  );
