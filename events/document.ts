import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const section = z.string();
/** An empty text takes the section out. */
const text = z.string();
const branch = z.string();
const texts = z.record(section, text);
/** `edit`: the number of the edit in its document. */
const edit = z.object({ branch, edit: z.int(), section, text });

/** Stored formats: append-only once released, see account.ts. */
export const documentEvents = {
  DocumentDrafted: v1(z.object({ owner: z.string(), title: z.string() })),
  SectionWritten: v1(edit.omit({ branch: true }))
    // v2, 2026-12: there are branches. Until then everything was written into the one text that there was.
    .next(edit, (old) => ({ ...old, branch: 'main' })),
  /** The text of the section from now on, which is that from before the edit. */
  EditUndone: v1(edit),
  EditRedone: v1(edit),
  BranchOpened: v1(z.object({ branch })),
  /** What changes in the main text by it. */
  BranchMerged: v1(z.object({ branch, changes: texts })),
  BranchDropped: v1(z.object({ branch })),
  DocumentPublished: v1(z.object({ edition: z.int() })),
  /** What changes in the main text by it. */
  EditionRestored: v1(z.object({ edition: z.int(), changes: texts })),
};

export type DocumentEvent = EventOf<typeof documentEvents>;

export const documentSource: Source<DocumentEvent> = { category: 'document', events: documentEvents };
