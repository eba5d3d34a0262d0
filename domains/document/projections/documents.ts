import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type DocumentEvent, documentSource } from '../../../events/document.ts';
import { instant } from '../../fields.ts';
import { type Text, withChanges } from '../text.ts';

const texts = z.record(z.string(), z.string());
const row = z.object({
  owner: z.string(),
  title: z.string(),
  text: texts.meta({ description: 'The main text by its sections.' }),
  branches: z.record(z.string(), texts).meta({ description: 'The texts of the other branches.' }),
  edition: z.int().meta({ description: 'The last one that was published; 0 if none.' }),
  changedAt: instant,
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/documents and /views/documents/{documentId}, for its author: the texts as they are now. */
export const documents = rowPerStream<Row, DocumentEvent>()({
  row,
  name: 'documents',
  revision: 1,
  from: documentSource,
  may: ['owner'],
  owner: (row) => row.owner,
  on: {
    DocumentDrafted: (_, { data, at }) => ({ ...data, text: {}, branches: {}, edition: 0, changedAt: at }),
    SectionWritten: (row, { data, at }) => row && { ...written(row, data), changedAt: at },
    EditUndone: (row, { data, at }) => row && { ...written(row, data), changedAt: at },
    EditRedone: (row, { data, at }) => row && { ...written(row, data), changedAt: at },
    BranchOpened: (row, { data, at }) => row && { ...withText(row, data.branch, row.text), changedAt: at },
    BranchMerged: (row, { data, at }) =>
      row && { ...dropped(row, data.branch), text: withChanges(row.text, data.changes), changedAt: at },
    BranchDropped: (row, { data, at }) => row && { ...dropped(row, data.branch), changedAt: at },
    DocumentPublished: (row, { data, at }) => row && { ...row, edition: data.edition, changedAt: at },
    EditionRestored: (row, { data, at }) => row && { ...row, text: withChanges(row.text, data.changes), changedAt: at },
  },
});

const withText = (row: Row, branch: string, text: Text): Row => ({ ...row, branches: { ...row.branches, [branch]: text } });

type Edited = Readonly<{ branch: string; section: string; text: string }>;

const written = (row: Row, { branch, section, text }: Edited): Row =>
  branch === 'main'
    ? { ...row, text: withChanges(row.text, { [section]: text }) }
    : withText(row, branch, withChanges(row.branches[branch] ?? {}, { [section]: text }));

const dropped = (row: Row, branch: string): Row => {
  const { [branch]: _, ...branches } = row.branches;
  return { ...row, branches };
};
