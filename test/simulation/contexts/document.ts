import type { Document } from '../../../domains/document/decider.ts';
import { type Text, withChanges } from '../../../domains/document/text.ts';
import { type Message, user } from '../../../lib/index.ts';
import type { Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const ada = user('ada');

/** One author, who writes on several devices at once. */
export const documentWorkload: Workload = (dice, n) => {
  const ask = (type: string, data: object) => ({ category: 'document', id: 'd', type, data, actor: ada });
  if (n === 0) return ask('Draft', { title: 'Terms' });
  const branch = dice.pick(['main', 'main', 'b']);
  const type = dice.pick(['Write', 'Write', 'Write', 'Undo', 'Redo', 'OpenBranch', 'Merge', 'Publish', 'Restore', 'DropBranch']);
  const data = {
    Write: { branch, section: dice.pick(['1', '2']), text: dice.pick(['', 'a', 'b', 'c']) },
    Undo: { branch },
    Redo: { branch },
    OpenBranch: { branch: 'b' },
    Merge: { branch: 'b', ...(dice.chance(0.5) && { resolved: [{ section: '1', text: 'both' }] }) },
    DropBranch: { branch: dice.chance(0.2) ? 'b' : 'c' },
    Publish: {},
    Restore: { edition: 1 + dice.below(2) },
  }[type]!;
  return ask(type, data);
};

type Edited = Readonly<{ edit: number; branch: string; section: string; text: string; changes: Text }>;

/** The first edit that is undone while it is not done, or redone while it is not undone. */
const undoneTwice = (events: readonly Message[]): number | undefined => {
  const done = new Set<number>();
  for (const { type, data } of events) {
    const { edit } = data as Edited;
    if ((type === 'EditUndone') !== done.has(edit) && (type === 'EditUndone' || type === 'EditRedone')) return edit;
    if (type === 'SectionWritten' || type === 'EditRedone') done.add(edit);
    if (type === 'EditUndone') done.delete(edit);
  }
  return undefined;
};

/** No edit gets lost: the main text is what the facts that changed it come to, in their order, and so it is shown. */
export const textIsWhatWasWritten: Invariant = ({ streams, views }) => {
  for (const { stream, state, events } of statesOf(streams, 'document')) {
    const text = events.reduce<Text>((before, { type, data }) => {
      const { branch, section, text, changes } = data as Edited;
      if (type === 'BranchMerged' || type === 'EditionRestored') return withChanges(before, changes);
      return branch === 'main' && section !== undefined ? withChanges(before, { [section]: text }) : before;
    }, {});
    const { branches, owner } = state as Document;
    const twice = undoneTwice(events);
    if (twice !== undefined) return `${stream} has undone or redone edit ${twice} twice`;
    if (owner === undefined) continue;
    const row = views.get('documents')?.find((item) => item.stream === stream && item.sort === 'head')?.row as { text?: Text };
    for (const [where, other] of [
      ['its state', branches.main?.text],
      ['the view', row?.text],
    ] as const)
      if (JSON.stringify(other) !== JSON.stringify(text))
        return `${stream} was written as ${JSON.stringify(text)}, and ${where} has ${JSON.stringify(other)}`;
  }
  return undefined;
};
