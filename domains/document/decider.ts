import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type DocumentEvent, documentEvents } from '../../events/document.ts';
import { changesBetween, inText, mergeOf, type Text, withChanges } from './text.ts';

const section = z.string().regex(/^[a-z0-9][a-z0-9.]{0,19}$/, 'up to 20 small letters, digits and dots');
const text = z.string().max(1_000);
const branch = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'up to 20 small letters, digits and hyphens, beginning with a letter');
const onBranch = z.strictObject({ branch: branch.default('main') });
/** Each text may be in a state many times: in branches, editions and edits. */
const most = { sections: 40, branches: 3, editions: 5, undone: 50 };

const documentCommands = {
  Draft: command(['owner'], z.strictObject({ title: z.string().trim().min(1).max(200) })),
  Write: command(['owner'], onBranch.extend({ section, text })),
  Undo: command(['owner'], onBranch),
  Redo: command(['owner'], onBranch),
  OpenBranch: command(['owner'], z.strictObject({ branch })),
  /** `resolved`: what the sections are to be that both sides changed. */
  Merge: command(
    ['owner'],
    z.strictObject({ branch, resolved: z.array(z.strictObject({ section, text })).max(most.sections).optional() }),
  ),
  DropBranch: command(['owner'], z.strictObject({ branch })),
  Publish: command(['owner'], z.strictObject({})),
  Restore: command(['owner'], z.strictObject({ edition: z.int().positive() })),
};

type Edit = Readonly<{ edit: number; section: string; before: string; after: string }>;
/** `base`: the main text when the branch was opened; `done` and `undone`: what can be undone and redone, the last one first. */
type Branch = Readonly<{ base: Text; text: Text; done: readonly Edit[]; undone: readonly Edit[] }>;
export type Document = Readonly<{
  owner?: string;
  edits: number;
  branches: Readonly<Record<string, Branch>>;
  published: number;
  /** The last editions, by their numbers. */
  editions: Readonly<Record<string, Text>>;
}>;

const empty: Branch = { base: {}, text: {}, done: [], undone: [] };

export const document = decider<Document, DocumentEvent>()({
  category: 'document',
  events: documentEvents,
  commands: documentCommands,
  initial: { edits: 0, branches: {}, published: 0, editions: {} },
  owner: (state) => state.owner,
  decide: {
    Draft: ({ owner }, { title }, { actor }) =>
      owner === undefined ? [{ type: 'DocumentDrafted', data: { owner: actor.id, title } }] : refuse('already-drafted'),
    Write: (state, { branch, section, text }) => {
      const on = branchOf(state, branch);
      if (!on) return missing(state, branch);
      const after = withChanges(on.text, { [section]: text });
      if (Object.keys(after).length > most.sections) return refuse('too-many-sections', { most: most.sections });
      if (Object.keys(changesBetween(on.text, after)).length === 0) return [];
      return [{ type: 'SectionWritten', data: { branch, edit: state.edits + 1, section, text } }];
    },
    Undo: (state, { branch }) => {
      const on = branchOf(state, branch);
      const [last] = on?.done ?? [];
      if (!on) return missing(state, branch);
      if (!last) return refuse('nothing-to-undo');
      return [{ type: 'EditUndone', data: { branch, edit: last.edit, section: last.section, text: last.before } }];
    },
    Redo: (state, { branch }) => {
      const on = branchOf(state, branch);
      const [last] = on?.undone ?? [];
      if (!on) return missing(state, branch);
      if (!last) return refuse('nothing-to-redo');
      return [{ type: 'EditRedone', data: { branch, edit: last.edit, section: last.section, text: last.after } }];
    },
    OpenBranch: (state, { branch }) => {
      if (state.owner === undefined) return refuse('no-document');
      if (branchOf(state, branch)) return refuse('branch-exists');
      const isRoom = Object.keys(state.branches).length <= most.branches;
      return isRoom ? [{ type: 'BranchOpened', data: { branch } }] : refuse('too-many-branches', { most: most.branches });
    },
    Merge: (state, { branch, resolved = [] }) => {
      const on = branchOf(state, branch);
      if (!on || branch === 'main') return missing(state, branch);
      const { conflicts, changes } = mergeOf(on.base, mainOf(state), on.text, asText(resolved));
      if (conflicts.length > 0) return refuse('conflicts', { conflicts });
      if (Object.keys(withChanges(mainOf(state), changes)).length > most.sections)
        return refuse('too-many-sections', { most: most.sections });
      return [{ type: 'BranchMerged', data: { branch, changes } }];
    },
    DropBranch: (state, { branch }) =>
      branchOf(state, branch) && branch !== 'main' ? [{ type: 'BranchDropped', data: { branch } }] : missing(state, branch),
    Publish: (state) => {
      if (state.owner === undefined) return refuse('no-document');
      const last = state.editions[state.published];
      const isNew = last === undefined || Object.keys(changesBetween(last, mainOf(state))).length > 0;
      return isNew ? [{ type: 'DocumentPublished', data: { edition: state.published + 1 } }] : [];
    },
    Restore: (state, { edition }) => {
      const text = state.editions[edition];
      if (!text) return refuse('no-such-edition', { editions: Object.keys(state.editions).map(Number) });
      const changes = changesBetween(mainOf(state), text);
      return Object.keys(changes).length > 0 ? [{ type: 'EditionRestored', data: { edition, changes } }] : [];
    },
  },
  evolve: {
    DocumentDrafted: (state, { owner }) => ({ ...state, owner, branches: { main: empty } }),
    SectionWritten: (state, { branch, edit, section, text }) => ({
      ...onBranchOf(state, branch, (on) => ({
        ...written(on, section, text),
        done: [{ edit, section, before: inText(on.text, section), after: text }, ...on.done].slice(0, most.undone),
        undone: [],
      })),
      edits: edit,
    }),
    EditUndone: (state, { branch, section, text }) =>
      onBranchOf(state, branch, (on) => {
        const [last, ...done] = on.done;
        return { ...written(on, section, text), done, undone: [last!, ...on.undone] };
      }),
    EditRedone: (state, { branch, section, text }) =>
      onBranchOf(state, branch, (on) => {
        const [last, ...undone] = on.undone;
        return { ...written(on, section, text), done: [last!, ...on.done], undone };
      }),
    BranchOpened: (state, { branch }) => {
      const text = mainOf(state);
      return { ...state, branches: { ...state.branches, [branch]: { ...empty, base: text, text } } };
    },
    BranchMerged: (state, { branch, changes }) => onBranchOf(withoutBranch(state, branch), 'main', changed(changes)),
    BranchDropped: (state, { branch }) => withoutBranch(state, branch),
    DocumentPublished: (state, { edition }) => {
      const editions = Object.entries<Text>({ ...state.editions, [edition]: mainOf(state) }).slice(-most.editions);
      return { ...state, published: edition, editions: Object.fromEntries(editions) };
    },
    EditionRestored: (state, { changes }) => onBranchOf(state, 'main', changed(changes)),
  },
});

const branchOf = ({ branches }: Document, branch: string) => (Object.hasOwn(branches, branch) ? branches[branch] : undefined);
const mainOf = ({ branches }: Document): Text => branches.main!.text;

const asText = (sections: readonly Readonly<{ section: string; text: string }>[]): Text =>
  Object.fromEntries(sections.map(({ section, text }) => [section, text]));

const missing = ({ branches }: Document, branch: string) => refuse('no-such-branch', { branch, branches: Object.keys(branches) });

const onBranchOf = (state: Document, branch: string, change: (on: Branch) => Branch): Document => ({
  ...state,
  branches: { ...state.branches, [branch]: change(state.branches[branch] ?? empty) },
});

const withoutBranch = (state: Document, branch: string): Document => {
  const { [branch]: _, ...branches } = state.branches;
  return { ...state, branches };
};

const written = (on: Branch, section: string, text: string): Branch => ({
  ...on,
  text: withChanges(on.text, { [section]: text }),
});

/** A change of many sections at once starts afresh: the edits before it would be undone on another text. */
const changed =
  (changes: Text) =>
  (on: Branch): Branch => ({ ...on, text: withChanges(on.text, changes), done: [], undone: [] });
