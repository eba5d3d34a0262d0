import { rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type DocumentEvent, documentSource } from '../../../events/document.ts';
import { instant } from '../../fields.ts';
import { changesBetween, type Text, withChanges } from '../text.ts';

type Running = Readonly<{ title: string; text: Text; before: Text }>;

const texts = z.record(z.string(), z.string());
const row = z.object({
  edition: z.int(),
  title: z.string(),
  text: texts,
  changes: texts.meta({ description: 'The sections that the edition before had otherwise; empty where one is gone.' }),
  publishedAt: instant,
});

type Edition = Readonly<z.infer<typeof row>>;

/** GET /views/document-editions/{documentId}: what was published, for everybody, each with what is new in it. */
export const documentEditions = rowsPerStream<Running, Edition, DocumentEvent>()({
  row,
  name: 'document-editions',
  revision: 1,
  from: documentSource,
  may: ['anyone'],
  initial: { title: '', text: {}, before: {} },
  on: {
    DocumentDrafted: (memory, { data }) => ({ memory: { ...memory, title: data.title } }),
    SectionWritten: (memory, { data }) => ({ memory: written(memory, data) }),
    EditUndone: (memory, { data }) => ({ memory: written(memory, data) }),
    EditRedone: (memory, { data }) => ({ memory: written(memory, data) }),
    BranchMerged: (memory, { data }) => ({ memory: { ...memory, text: withChanges(memory.text, data.changes) } }),
    EditionRestored: (memory, { data }) => ({ memory: { ...memory, text: withChanges(memory.text, data.changes) } }),
    DocumentPublished: ({ title, text, before }, { data: { edition }, at }) => ({
      memory: { title, text, before: text },
      rows: { [rowKey(edition)]: { edition, title, text, changes: changesBetween(before, text), publishedAt: at } },
    }),
  },
});

type Edited = Readonly<{ branch: string; section: string; text: string }>;

const written = (memory: Running, { branch, section, text }: Edited): Running =>
  branch === 'main' ? { ...memory, text: withChanges(memory.text, { [section]: text }) } : memory;
