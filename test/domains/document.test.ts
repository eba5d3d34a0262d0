import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Document, document } from '../../domains/document/decider.ts';
import { documents } from '../../domains/document/projections/documents.ts';
import { documentEditions } from '../../domains/document/projections/editions.ts';
import { changesBetween, mergeOf, type Text, withChanges } from '../../domains/document/text.ts';
import { documentEvents } from '../../events/document.ts';
import { decide, fold, isRefusal, readEvent, user } from '../../lib/index.ts';
import { deciding, projecting } from '../../lib/testing/index.ts';

const given = deciding(document);
const drafted = { type: 'DocumentDrafted', data: { owner: 'ada', title: 'Terms' } } as const;
const edit = (edit: number, section: string, text: string, branch = 'main') => ({ branch, edit, section, text });
const written = (...of: Parameters<typeof edit>) => ({ type: 'SectionWritten', data: edit(...of) }) as const;
const undone = (...of: Parameters<typeof edit>) => ({ type: 'EditUndone', data: edit(...of) }) as const;
const redone = (...of: Parameters<typeof edit>) => ({ type: 'EditRedone', data: edit(...of) }) as const;
const write = (section: string, text: string, branch = 'main') => ({ type: 'Write', data: { branch, section, text } }) as const;
const undo = { type: 'Undo', data: { branch: 'main' } } as const;
const redo = { type: 'Redo', data: { branch: 'main' } } as const;
const opened = (branch: string) => ({ type: 'BranchOpened', data: { branch } }) as const;
const published = (edition: number) => ({ type: 'DocumentPublished', data: { edition } }) as const;

describe('a document', () => {
  it('is written section by section, by whoever drafted it', () => {
    given()
      .when({ type: 'Draft', data: { title: 'Terms' } })
      .then(drafted);
    given(drafted)
      .when(write('1', 'Pay.'))
      .then(written(1, '1', 'Pay.'));
    given(drafted)
      .when(write('1', 'Pay.'), { actor: user('bob') })
      .forbidden();
    given(drafted, written(1, '1', 'Pay.'))
      .when(write('1', 'Pay.'))
      .then();
    given().when(write('1', 'Pay.')).rejected('no-such-branch', { branch: 'main', branches: [] });
  });

  it('takes edits back and does them again, each as a new fact: undo, undo, redo, edit, undo', () => {
    const two = [drafted, written(1, '1', 'a'), written(2, '1', 'b')] as const;
    given(...two)
      .when(undo)
      .then(undone(2, '1', 'a'));
    given(...two, undone(2, '1', 'a'))
      .when(undo)
      .then(undone(1, '1', ''));
    given(...two, undone(2, '1', 'a'), undone(1, '1', ''))
      .when(undo)
      .rejected('nothing-to-undo');
    given(...two, undone(2, '1', 'a'), undone(1, '1', ''))
      .when(redo)
      .then(redone(1, '1', 'a'));
    const edited = [...two, undone(2, '1', 'a'), undone(1, '1', ''), redone(1, '1', 'a'), written(3, '2', 'c')] as const;
    given(...edited)
      .when(redo)
      .rejected('nothing-to-redo');
    given(...edited)
      .when(undo)
      .then(undone(3, '2', ''));
  });

  it('keeps the names of sections apart from those of objects', () =>
    given(drafted)
      .when(write('constructor', 'x'))
      .then(written(1, 'constructor', 'x')));

  it('is published in editions, and restored to one of them', () => {
    const first = [drafted, written(1, '1', 'a'), published(1), written(2, '1', 'b'), written(3, '2', 'c')] as const;
    given(drafted, written(1, '1', 'a'))
      .when({ type: 'Publish', data: {} })
      .then(published(1));
    given(drafted, written(1, '1', 'a'), published(1))
      .when({ type: 'Publish', data: {} })
      .then();
    given(...first)
      .when({ type: 'Restore', data: { edition: 1 } })
      .then({ type: 'EditionRestored', data: { edition: 1, changes: { 1: 'a', 2: '' } } });
    given(...first)
      .when({ type: 'Restore', data: { edition: 2 } })
      .rejected('no-such-edition', { editions: [1] });
  });

  it('was one text before there were branches', () =>
    expect(readEvent(documentEvents, { type: 'SectionWritten', v: 1, data: { edit: 1, section: '1', text: 'a' } })).toEqual(
      written(1, '1', 'a'),
    ));
});

describe('a branch', () => {
  const branched = [drafted, written(1, '1', 'a'), written(2, '2', 'b'), opened('new')] as const;
  const merge = (...resolved: { section: string; text: string }[]) =>
    ({ type: 'Merge', data: { branch: 'new', ...(resolved.length > 0 && { resolved }) } }) as const;

  it('is merged where the two sides changed different sections', () =>
    given(...branched, written(3, '1', 'x', 'new'), written(4, '2', 'y'))
      .when(merge())
      .then({ type: 'BranchMerged', data: { branch: 'new', changes: { 1: 'x' } } }));

  it('is not where both changed the same one: the conflicts are named, and can be resolved', () => {
    const both = [...branched, written(3, '1', 'x', 'new'), written(4, '1', 'y')] as const;
    given(...both)
      .when(merge())
      .rejected('conflicts', { conflicts: [{ section: '1', base: 'a', ours: 'y', theirs: 'x' }] });
    given(...both)
      .when(merge({ section: '1', text: 'both' }))
      .then({ type: 'BranchMerged', data: { branch: 'new', changes: { 1: 'both' } } });
  });

  it('has edits of its own to undo', () =>
    given(...branched, written(3, '1', 'x', 'new'), written(4, '2', 'y'))
      .when({ type: 'Undo', data: { branch: 'new' } })
      .then(undone(3, '1', 'a', 'new')));
});

describe('texts', () => {
  const text: fc.Arbitrary<Text> = fc
    .dictionary(fc.constantFrom('1', '2', '3', 'constructor'), fc.constantFrom('a', 'b', 'c'), { maxKeys: 4 })
    .map((each) => withChanges({}, { ...each }));

  it('differ by changes that lead from one to the other', () =>
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(withChanges(one, changesBetween(one, other))).toEqual(other);
      }),
    ));

  it('merge to the same from either side, and name every section that both changed differently', () => {
    fc.assert(
      fc.property(text, text, text, (base, ours, theirs) => {
        const [here, there] = [mergeOf(base, ours, theirs), mergeOf(base, theirs, ours)];
        expect(here.conflicts.map(({ section }) => section)).toEqual(there.conflicts.map(({ section }) => section));
        if (here.conflicts.length === 0) expect(withChanges(ours, here.changes)).toEqual(withChanges(theirs, there.changes));
        expect(mergeOf(base, ours, base)).toEqual({ conflicts: [], changes: {} });
        expect(withChanges(base, mergeOf(base, base, theirs).changes)).toEqual(theirs);
      }),
    );
  });

  it('come back by as many undos as there were edits, and again by as many redos', () => {
    const edits = fc.array(fc.tuple(fc.constantFrom('1', '2'), fc.constantFrom('', 'a', 'b')), { maxLength: 20 });
    fc.assert(
      fc.property(edits, (all) => {
        const states: Text[] = [{}];
        const command = (state: Document, next: ReturnType<typeof write> | typeof undo | typeof redo) => {
          const outcome = decide(document, state, next, { id: '1', actor: user('ada'), at: '' });
          return isRefusal(outcome) ? state : (fold(document, state, outcome) as Document);
        };
        let state = fold(document, document.initial, [drafted]) as Document;
        for (const [section, text] of all) {
          const after = command(state, write(section, text));
          if (after !== state && after.edits > state.edits) states.push(after.branches.main!.text);
          state = after;
        }
        for (const text of states.slice(0, -1).toReversed()) {
          state = command(state, undo);
          expect(state.branches.main!.text).toEqual(text);
        }
        for (const text of states.slice(1)) {
          state = command(state, redo);
          expect(state.branches.main!.text).toEqual(text);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the views of documents', () => {
  const minute = (n: number) => `2026-11-21T12:0${n}:00.000Z`;
  const story = [drafted, written(1, '1', 'a'), published(1), opened('new'), written(2, '2', 'x', 'new')] as const;
  const merged = { type: 'BranchMerged', data: { branch: 'new', changes: { 2: 'x' } } } as const;

  it('show the author all texts', () => {
    const row = { owner: 'ada', title: 'Terms', text: { 1: 'a' }, edition: 1 };
    projecting(documents)(...story).rows({ ...row, branches: { new: { 1: 'a', 2: 'x' } }, changedAt: minute(5) });
    projecting(documents)(...story, merged).rows({ ...row, text: { 1: 'a', 2: 'x' }, branches: {}, changedAt: minute(6) });
  });

  it('show everybody what was published, and what is new in it', () =>
    projecting(documentEditions)(...story, merged, published(2)).rows(
      { edition: 1, title: 'Terms', text: { 1: 'a' }, changes: { 1: 'a' }, publishedAt: minute(3) },
      { edition: 2, title: 'Terms', text: { 1: 'a', 2: 'x' }, changes: { 2: 'x' }, publishedAt: minute(7) },
    ));
});
