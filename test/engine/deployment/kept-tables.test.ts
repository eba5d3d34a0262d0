import { describe, expect, it } from 'vitest';
import {
  type Keeping,
  lackingIn,
  refusedTables,
  rememberedWith,
  type TableFacts,
} from '../../../lib/engine/deployment/kept-tables.ts';

const whole: TableFacts = {
  id: 'id-of-restored',
  keys: 'stream S, commit N',
  indexes: [],
  stream: 'arn:stream',
  recovery: true,
  protected: true,
};
const own = { commits: 'own', control: 'control' };
const keeping = (over: Partial<Keeping>): Keeping => ({
  next: own,
  previous: {},
  adopted: [],
  remembered: { known: {}, names: {} },
  facts: {},
  protect: true,
  ...over,
});
const adopting = (facts: Partial<TableFacts> | 'none', over: Partial<Keeping> = {}) =>
  refusedTables(
    keeping({
      next: { ...own, commits: 'restored' },
      previous: own,
      adopted: ['commits'],
      remembered: { known: { commits: ['id-of-own'] }, names: {} },
      facts: { commits: facts === 'none' ? 'none' : { ...whole, ...facts } },
      ...over,
    }),
  );

describe('a table that is adopted', () => {
  it('is taken when it has what the one of the stack has', () => expect(adopting({})).toBeUndefined());

  it.each<[string, Partial<TableFacts>, RegExp]>([
    [
      'its stream',
      { stream: undefined as never },
      /lacks a stream with new and old images: run foldstream adopt commits restored/,
    ],
    ['recovery', { recovery: false }, /lacks point-in-time recovery/],
    ['protection', { protected: false }, /lacks deletion protection/],
    ['all of these', { recovery: false, protected: false }, /lacks point-in-time recovery, deletion protection: run/],
    ['the right keys', { keys: 'id S' }, /cannot be the table of commits: its keys are id S instead of stream S, commit N/],
  ])('is refused when it lacks %s', (_, facts, message) => {
    const { stream, ...rest } = { ...whole, ...facts };
    expect(adopting('none', { facts: { commits: { ...rest, ...(stream !== undefined && { stream }) } } })).toMatch(message);
  });

  it('needs no protection where nothing is protected', () =>
    expect(adopting({ protected: false }, { protect: false })).toBeUndefined());
  it('is refused when it is not there', () => expect(adopting('none')).toBe('There is no table restored.'));

  it('needs its index, where the table has one', () => {
    const { stream: _, ...control } = { ...whole, keys: 'id S' };
    expect(lackingIn('control', { ...control, indexes: ['due'] }, { protect: true })).toEqual({ wrong: [], missing: [] });
    expect(lackingIn('control', control, { protect: true }).wrong).toEqual(['it has no index due']);
    expect(lackingIn('publicEvents', { ...control, keys: 'key S, sort S' }, { protect: true }).wrong).toEqual([
      'it has no index parked',
    ]);
  });
});

describe('a deployment', () => {
  const restored = { ...own, commits: 'restored' };

  it('goes by its own tables, the first time and each time', () => {
    expect(refusedTables(keeping({}))).toBeUndefined();
    expect(
      refusedTables(keeping({ previous: own, remembered: { known: { commits: ['id-of-own'] }, names: {} } })),
    ).toBeUndefined();
    // One that knew of no tables, or had no public events.
    for (const more of [{ publicEvents: 'cursors' }, { deadlines: 'deadlines' }])
      expect(refusedTables(keeping({ next: { ...own, ...more }, previous: own }))).toBeUndefined();
  });

  it.each([
    ['commits', restored, { ...own, commits: 'new' }],
    // A name that came back, of a table that went with the adoption.
    ['commits', restored, own],
    ['control', { ...own, control: 'restored' }, { ...own, control: 'new' }],
  ] as const)('that forgets which table of %s it went by is refused, and told how to go on', (table, previous, next) =>
    expect(
      refusedTables(
        keeping({
          next,
          previous,
          remembered: { known: { [table]: ['id-of-own', 'id-of-restored'] }, names: {} },
          facts: { [table]: { ...whole, id: 'id-of-new' } },
        }),
      ),
    ).toBe(
      `The deployment before went by the table restored, and this one would begin with a new, empty one: deploy it with -c ${table}Table=restored.`,
    ),
  );

  it('that is undone goes back to the table that it had', () => {
    const facts = { commits: { ...whole, id: 'id-of-own' } };
    const first = rememberedWith(keeping({ facts }));
    const remembered = rememberedWith(
      keeping({ next: restored, previous: own, adopted: ['commits'], facts: { commits: whole }, remembered: first }),
    );
    expect(remembered).toEqual({ known: { commits: ['id-of-own', 'id-of-restored'] }, names: restored });
    expect(refusedTables(keeping({ next: own, previous: restored, remembered, facts }))).toBeUndefined();
  });
});

describe('a new stack that adopts a control table', () => {
  const before = { commits: 'old', control: 'control', publicEvents: 'cursors' };
  const of = (id: string) => ({ ...whole, id });
  const remembered = rememberedWith(
    keeping({ next: before, facts: { commits: of('old'), control: of('control'), publicEvents: of('cursors') } }),
  );
  const facts = {
    commits: of('new'),
    control: { ...whole, keys: 'id S', indexes: ['due'] },
    publicEvents: { ...whole, keys: 'key S, sort S', indexes: ['parked'] },
  };
  const adopting = (over: Partial<Keeping>) =>
    keeping({ next: { ...before, commits: 'new' }, adopted: ['control', 'publicEvents'], facts, remembered, ...over });

  it('is refused where it forgets the commits or the cursors of public events that belong to it', () => {
    expect(refusedTables(adopting({}))).toBe(
      'The control table control belongs to the table old, and this one would begin with a new, empty one: deploy it with -c commitsTable=old.',
    );
    const next = { ...before, publicEvents: 'new' };
    expect(refusedTables(adopting({ next, adopted: ['control', 'commits'], facts: { ...facts, commits: whole } }))).toMatch(
      /belongs to the table cursors, .* -c publicEventsTable=cursors/,
    );
  });

  it('is refused where it forgets the deadlines, and not where that control table is of a release without a table of them', () => {
    const more = { deadlines: 'late' };
    const known = { ...remembered, names: { ...remembered.names, ...more } };
    const next = { ...before, deadlines: 'new' };
    const all = { next, adopted: ['control', 'commits', 'publicEvents'] as const, facts: { ...facts, commits: whole } };
    expect(refusedTables(adopting({ ...all, remembered: known }))).toMatch(
      /belongs to the table late, .* -c deadlinesTable=late/,
    );
    expect(refusedTables(adopting(all))).toBeUndefined();
  });

  it('may name another one, such as one that was restored, and may have what there was not before', () => {
    const adopted = ['control', 'publicEvents', 'commits'] as const;
    expect(
      refusedTables(adopting({ next: { ...before, commits: 'restored' }, adopted, facts: { ...facts, commits: whole } })),
    ).toBe(undefined);
    const { publicEvents: _, ...names } = remembered.names;
    const next = { ...before, publicEvents: 'new' };
    const without = adopting({
      next,
      adopted: ['control', 'commits'],
      facts: { ...facts, commits: whole },
      remembered: { ...remembered, names },
    });
    expect(refusedTables(without)).toBeUndefined();
    // When that deployment fails its new table goes again: the next try makes another.
    const again = { ...without, next: { ...next, publicEvents: 'newer' }, remembered: rememberedWith(without) };
    expect(refusedTables(again)).toBeUndefined();
    // A table that a deployment makes is remembered from its second deployment on.
    expect(rememberedWith({ ...again, previous: again.next }).names.publicEvents).toBe('newer');
  });

  it('with its own control table is as new as that', () =>
    expect(refusedTables(adopting({ next: { ...before, commits: 'new', control: 'own' }, adopted: [] }))).toBeUndefined());
});
