import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { account } from '../../../domains/account/decider.ts';
import { checkContracts } from '../../../lib/cli/contracts/check.ts';
import { contractsVerb, readReleased, readSamples, rowsUnchangedVerb } from '../../../lib/cli/contracts/contracts.ts';
import { presentFormats, type Samples, toReleased } from '../../../lib/cli/contracts/present.ts';
import { checkViews } from '../../../lib/cli/contracts/views.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { type Formats, v1 } from '../../../lib/core/version.ts';

const repository = join(import.meta.dirname, '../../..');
/** The verb's own tests use one aggregate as it was released, independent of a team's manifest. */
const releasedTypes = Object.keys(readReleased(repository)?.account ?? {});
const isReleased = (type: string) => releasedTypes.includes(type);
const events: Formats = Object.fromEntries(Object.entries(account.events).filter(([type]) => isReleased(type)));
const manifest = { aggregates: [{ ...account, events }] };
const withFormats = (events: Formats, category = 'shop') =>
  ({ aggregates: [{ category, events, commands: {}, initial: {}, decide: {}, evolve: {} }] }) as const;

const sold = z.object({ price: z.int(), colour: z.enum(['red', 'blue']), note: z.string().max(9).optional() });
const soldInShops = sold.extend({ shop: z.string() });
const inShops = (old: z.infer<typeof sold>) => ({ ...old, shop: 'first' });
const returned = v1(z.object({ why: z.string() }));
const data = { price: 5, colour: 'red', note: 'as is' };
const samples: Samples = {
  'shop/Sold.v1': { type: 'Sold', v: 1, data },
  'shop/Sold.v2': { type: 'Sold', v: 2, data: { ...data, shop: 'second' } },
  'shop/Returned.v1': { type: 'Returned', v: 1, data: { why: 'too red' } },
};
const only = (...names: string[]): Samples => Object.fromEntries(names.map((name) => [name, samples[name]]));

const release = (events: Formats, given = samples) => toReleased(presentFormats(withFormats(events), given));
const first = { Sold: v1(sold), Returned: returned };
const firstSamples = only('shop/Sold.v1', 'shop/Returned.v1');
const firstReleased = release(first, firstSamples);
/** v2 is written since this release, and v1 only read. */
const second = { Sold: v1(sold).next(soldInShops, inShops), Returned: returned };
const secondReleased = release(second);

/** The messages about a change of formats that were released before. */
const changed = (Sold: Formats[string], given = firstSamples) =>
  checkContracts(withFormats({ Sold, Returned: returned }), firstReleased, given);
const changedLater = (Sold: Formats[string]) =>
  checkContracts(withFormats({ Sold, Returned: returned }), secondReleased, samples);

describe('unchanged formats', () => {
  it('has no fault and no note', () => {
    expect(changed(v1(sold))).toEqual({ faults: [], notes: [] });
    expect(changedLater(second.Sold)).toEqual({ faults: [], notes: [] });
  });

  it('may be described in other words', () =>
    expect(changed(v1(sold.describe('A sale.')))).toEqual({
      faults: [],
      notes: [
        'shop.Sold v1 has shipped, and was edited in place without harm: the description of the data changed from none to A sale..',
      ],
    }));
});

describe('a shipped version that is edited in place', () => {
  const edits: Record<string, [z.ZodType, string]> = {
    'a field made required': [sold.required(), 'note was made required'],
    'a field made optional': [sold.partial({ price: true }), 'price was made optional'],
    'a required field added': [soldInShops, 'shop was added as a required field'],
    'an optional field added': [soldInShops.partial({ shop: true }), 'shop was added'],
    'a field taken out': [sold.omit({ price: true }), 'price was taken out'],
    'a type changed': [sold.extend({ price: z.string() }), 'the type of price changed from integer to string'],
    'a type widened': [sold.extend({ price: z.int().nullable() }), 'price takes more than it took'],
    'a bound tightened': [sold.extend({ note: z.string().max(5).optional() }), 'the maxLength of note changed from 9 to 5'],
    'a bound loosened': [sold.extend({ note: z.string().max(99).optional() }), 'the maxLength of note changed from 9 to 99'],
    'a bound added': [sold.extend({ price: z.int().positive() }), 'the exclusiveMinimum of price changed from none to 0'],
    'a value added': [sold.extend({ colour: z.enum(['red', 'blue', 'tan']) }), 'the enum of colour changed'],
    'a value taken out': [sold.extend({ colour: z.enum(['red']) }), 'the enum of colour changed'],
    'a pattern added': [
      sold.extend({ note: z.string().max(9).regex(/a/).optional() }),
      'the pattern of note changed from none to a',
    ],
    'unknown fields refused': [sold.strict(), 'the additionalProperties of the data changed from none to false'],
  };
  it.each(Object.entries(edits))('%s', (_, [schema, says]) => {
    const { faults } = changed(v1(schema) as never);
    const fault = faults.find((one) => one.fault.includes(says));
    expect(fault).toMatchObject({ event: 'shop.Sold' });
    expect(fault?.fault).toContain('v1 has shipped, and was edited in place: ');
    expect(fault?.fix).toContain('`.soon(schema, downcast)` now');
  });

  const readOnly: Record<string, [z.ZodType, boolean]> = {
    'a field made required': [sold.required(), false],
    'a type changed': [sold.extend({ price: z.string() }), false],
    'a value taken out': [sold.extend({ colour: z.enum(['red']) }), false],
    'a lower bound raised': [sold.extend({ price: z.int().min(1) }), false],
    'an upper bound lowered': [sold.extend({ note: z.string().max(8).optional() }), false],
    'an optional field added': [soldInShops.partial({ shop: true }), true],
    'a field made optional': [sold.partial({ note: true, price: true }), true],
    'a number where an integer was': [sold.extend({ price: z.number() }), true],
    'a value added': [sold.extend({ colour: z.enum(['red', 'blue', 'tan']) }), true],
    'null taken as well': [sold.extend({ price: z.int().nullable() }), true],
    'a bound loosened': [sold.extend({ note: z.string().max(99).optional() }), true],
  };
  it.each(Object.entries(readOnly))(
    'does no harm if it is only read, and takes all that it took: %s',
    (_, [schema, harmless]) => {
      const { faults, notes } = changedLater(v1(schema).next(soldInShops as never, inShops as never) as never);
      expect(faults.length === 0).toBe(harmless);
      if (harmless) expect(notes.join()).toContain('shop.Sold v1 has shipped, and was edited in place without harm');
    },
  );

  it('in a field of a field, in a list, and in an alternative', () => {
    const deep = (inner: z.ZodType) =>
      v1(z.object({ a: z.array(z.object({ b: inner })), c: z.union([z.null(), z.object({ d: inner })]) }));
    const given = { 'shop/Deep.v1': { type: 'Deep', v: 1, data: { a: [{ b: 'x' }], c: null } } };
    const released = release({ Deep: deep(z.string()) }, given);
    const { faults } = checkContracts(withFormats({ Deep: deep(z.string().min(1)) }), released, given);
    expect(faults.map(({ fault }) => fault.replace(/ from .*/, ''))).toEqual([
      'v1 has shipped, and was edited in place: the minLength of a[].b changed',
      'v1 has shipped, and was edited in place: the anyOf of c changed',
    ]);
  });
});

describe('versions', () => {
  it('one that is written was readable a release before', () => {
    const { faults } = changed(second.Sold, samples);
    expect(faults).toEqual([
      {
        event: 'shop.Sold',
        fault: 'v2 is written, but the last release reads up to v1: its instances could not read it during the rollout.',
        fix: 'Declare v2 with `.soon(schema, downcast)` now, and turn it into `.next(schema, upcast)` a release later.',
      },
    ]);
  });

  it('one is prepared, released, and then written', () => {
    const preparing = v1(sold).soon(soldInShops, ({ shop: _, ...old }) => old);
    expect(changed(preparing, samples)).toEqual({ faults: [], notes: ['shop.Sold v2 is new, and not released yet.'] });
    const prepared = release({ Sold: preparing, Returned: returned });
    const { faults, notes } = checkContracts(withFormats(second), prepared, samples);
    expect(faults).toEqual([]);
    expect(notes).toEqual([
      'shop.Sold: The sample of v1 is read differently: /shop from nothing to "first".',
      'shop.Sold: The sample of v2 is read differently: /shop from nothing to "second".',
    ]);
  });

  it('one that has shipped stays', () =>
    expect(changedLater(v1(sold)).faults).toContainEqual(
      expect.objectContaining({ event: 'shop.Sold', fault: 'v2 has shipped, and is gone.' }),
    ));

  it('a new event type needs no preparation', () =>
    expect(checkContracts(withFormats(first), { shop: { Returned: firstReleased.shop!.Returned! } }, firstSamples)).toEqual({
      faults: [],
      notes: ['shop.Sold is new, and not released yet.'],
    }));

  it('an event type that has shipped stays', () =>
    expect(checkContracts(withFormats({ Returned: returned }), firstReleased, only('shop/Returned.v1')).faults).toMatchObject([
      { event: 'shop.Sold', fault: 'It has shipped, and is gone.', fix: expect.stringContaining('Put its format back') },
    ]));

  it('an aggregate that has shipped stays', () =>
    expect(checkContracts({ aggregates: [] }, firstReleased, {}).faults).toMatchObject(
      ['shop.Sold', 'shop.Returned'].map((event) => ({ event, fix: expect.stringContaining('Put shop back') })),
    ));

  it('values that JSON does not have are refused before a release', () => {
    const { faults } = changed(v1(z.object({ at: z.date() })).next(sold, () => data as never));
    expect(faults).toContainEqual(expect.objectContaining({ fault: expect.stringContaining('v1 is not plain JSON: Date') }));
  });
});

describe('a released event that becomes public', () => {
  const told = (over: object) => ({ aggregates: [{ ...withFormats(first).aggregates[0]!, publishes: ['Sold'], ...over }] });
  const check = (over: object, released = firstReleased) => checkContracts(told(over), released, firstSamples);

  it('says from when, or all of its history would be told to others', () => {
    expect(check({}).faults).toEqual([
      {
        event: 'shop.Sold',
        fault: 'It becomes public, and was released before: all of its history would be told to other teams.',
        fix: expect.stringContaining('publishesSince: { Sold:'),
      },
    ]);
    expect(check({ publishesSince: { Sold: '2027-01-15T00:00:00.000Z' } }).faults).toEqual([]);
  });

  it('need not if it always was, or is new', () => {
    const released = toReleased(presentFormats(told({}), firstSamples));
    expect(released.shop).toMatchObject({ Sold: { public: true } });
    expect(released.shop!.Returned).not.toHaveProperty('public');
    expect(check({}, released).faults).toEqual([]);
    expect(check({}, { shop: { Returned: firstReleased.shop!.Returned! } }).faults).toEqual([]);
  });
});

describe('samples', () => {
  const faultOf = (content: unknown, Sold: Formats[string] = v1(sold), released = firstReleased) =>
    checkContracts(withFormats({ Sold, Returned: returned }), released, { ...firstSamples, 'shop/Sold.v1': content });

  it('there is one of every version, prepared ones too', () => {
    expect(changed(v1(sold), only('shop/Returned.v1')).faults).toMatchObject([
      {
        event: 'shop.Sold',
        fault: 'v1 has no sample.',
        fix: 'Take events/samples/shop/Sold.v1.json back from the last release.',
      },
    ]);
    expect(changed(v1(sold).soon(soldInShops, (newer) => newer)).faults).toMatchObject([
      {
        fault: 'v2 has no sample.',
        fix: 'Write events/samples/shop/Sold.v2.json: foldstream contracts --draft begins it with made-up data. Put in what really occurs, with every field filled.',
      },
    ]);
  });

  it('are never edited once released', () =>
    expect(faultOf({ type: 'Sold', v: 1, data: { ...data, price: 6 } }).faults).toMatchObject([
      { event: 'shop.Sold', fault: 'The sample of v1 was edited after its release.' },
    ]));

  it('are of the type and version that their name says', () => {
    for (const wrong of [
      { type: 'Sold', v: 2, data },
      { type: 'Bought', v: 1, data },
      { type: 'Sold', v: 1, data, at: 'x' },
      data,
      null,
    ])
      expect(faultOf(wrong, v1(sold), {}).faults).toMatchObject([{ event: 'shop.Sold', fault: 'The sample of v1 is none.' }]);
  });

  it('fit, before they ship', () =>
    expect(faultOf({ type: 'Sold', v: 1, data: { ...data, price: 'five' } }, v1(sold), {}).faults).toMatchObject([
      { fault: expect.stringMatching(/The sample of v1 cannot be read: .*expected number.*price/) },
    ]));

  it('hold nothing that their version does not store', () =>
    expect(faultOf({ type: 'Sold', v: 1, data: { ...data, size: 4 } }, v1(sold), {}).faults).toMatchObject([
      { fault: 'v1 changes its sample: /size from 4 to nothing.' },
    ]));

  it('can be read for ever, also where no schema shows why not', () => {
    const refined = v1(sold.refine(({ price }) => price > 5, 'must be dear'));
    expect(changed(refined).faults).toMatchObject([
      {
        fault: expect.stringMatching(/The sample of v1 can no longer be read: .*must be dear/),
        fix: expect.stringContaining('events like it are stored'),
      },
    ]);
  });

  it('are read as what they were', () => {
    const { faults } = changedLater(v1(sold).next(soldInShops, (old) => ({ ...old, shop: 'last' })));
    expect(faults).toMatchObject([
      { event: 'shop.Sold', fault: 'The sample of v1 is read differently: /shop from "first" to "last".' },
    ]);
  });

  it('of an event type that never shipped are due when it is released, not before', () => {
    const events = { ...first, Lent: v1(z.object({ to: z.string() })) };
    const { faults, notes } = checkContracts(withFormats(events), firstReleased, firstSamples);
    expect(faults).toEqual([]);
    expect(notes).toContainEqual(
      expect.stringContaining(
        'shop.Lent v1 has no sample yet. Write events/samples/shop/Lent.v1.json: foldstream contracts --draft',
      ),
    );
    expect(checkContracts(withFormats(events), firstReleased, firstSamples, true).faults).toMatchObject([
      { event: 'shop.Lent', fault: 'v1 has no sample.' },
    ]);
  });

  it('of no version are not left lying about', () =>
    expect(changed(v1(sold), samples).faults).toMatchObject([
      { event: 'shop/Sold.v2', fault: expect.stringContaining('of no version') },
    ]));

  it('may be of another manifest that shares the folder', () => {
    const others = { ...firstSamples, 'depot/Stored.v1': { type: 'Stored', v: 1, data: {} } };
    expect(changed(v1(sold), others)).toEqual({ faults: [], notes: [] });
  });
});

describe('foldstream contracts', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const copy = () => {
    const root = mkdtempSync(join(tmpdir(), 'contracts-'));
    folders.push(root);
    const kept = (file: string) => !file.endsWith('.json') || isReleased(basename(file).split('.')[0] ?? '');
    cpSync(join(repository, 'events', 'samples', 'account'), join(root, 'events', 'samples', 'account'), {
      recursive: true,
      filter: kept,
    });
    writeFileSync(released(root), `${JSON.stringify({ account: readReleased(repository)?.account }, null, 2)}\n`);
    return root;
  };
  const released = (root: string) => join(root, 'events', 'released.json');
  const without = (type: string) => {
    const { [type]: _, ...others } = events;
    return { aggregates: [{ ...account, events: others }] };
  };

  it('names each fault with its fix, and counts them', () => {
    const root = copy();
    rmSync(join(root, 'events', 'samples', 'account', 'AccountClosed.v1.json'));
    expect(contractsVerb({ manifest, root })).toEqual({
      ok: false,
      lines: [
        'account.AccountClosed: v1 has no sample.',
        '  Take events/samples/account/AccountClosed.v1.json back from the last release.',
        '1 fault.',
      ],
    });
  });

  it('releases what is there, the same bytes each time', () => {
    const root = copy();
    const before = readFileSync(released(root), 'utf8');
    rmSync(released(root));
    expect(contractsVerb({ manifest, root })).toMatchObject({ ok: false });
    expect(contractsVerb({ manifest, root, release: true })).toMatchObject({ ok: true });
    expect(readFileSync(released(root), 'utf8')).toBe(before);
    expect(contractsVerb({ manifest, root })).toMatchObject({ ok: true });
  });

  it('keeps the records of a second manifest in a folder of their own, beside those of the first', () => {
    const root = copy();
    const before = readFileSync(released(root), 'utf8');
    const second = withFormats({ Sold: v1(sold) });
    const sample = join(root, 'events', 'samples', 'shop', 'Sold.v1.json');
    mkdirSync(dirname(sample), { recursive: true });
    writeFileSync(sample, JSON.stringify(samples['shop/Sold.v1']));
    mkdirSync(join(root, 'events', 'second'));
    expect(contractsVerb({ manifest: second, root, own: 'second', code: { 'sales.r1': 'one' }, release: true })).toMatchObject({
      ok: true,
      lines: expect.arrayContaining([expect.stringContaining('commit events/second/released.json and events/second/')]),
    });
    expect(contractsVerb({ manifest: second, root, own: 'second' })).toMatchObject({ ok: true });
    expect(contractsVerb({ manifest, root })).toMatchObject({ ok: true });
    expect(readFileSync(released(root), 'utf8')).toBe(before);
    // With one record for both, each manifest would lack what the other one has.
    expect(contractsVerb({ manifest: second, root })).toMatchObject({ ok: false });
  });

  it('releases nothing while something is wrong', () => {
    const root = copy();
    const written: string[] = [];
    const { ok, lines } = contractsVerb({
      manifest: without('MoneyDeposited'),
      root,
      release: true,
      write: (file) => written.push(file),
    });
    expect([ok, lines.at(-1), written]).toEqual([false, '2 faults. Nothing was released.', []]);
  });

  it('says which file is not JSON', () => {
    const root = copy();
    writeFileSync(released(root), '{');
    expect(() => contractsVerb({ manifest, root })).toThrow(/released\.json is not JSON/);
  });

  describe('with the code that makes the rows of views', () => {
    const code = { 'shop-sales.r1': 'one', 'shop-sales.r2': 'two' };
    const views = (root: string) => JSON.parse(readFileSync(join(root, 'events', 'released-views.json'), 'utf8'));
    const releasedWith = () => {
      const root = copy();
      expect(contractsVerb({ manifest, root, code, release: true })).toMatchObject({ ok: true });
      return root;
    };

    it('fails where a view is gone or has another name, until the manifest says that it is retired', () => {
      const released = { 'shop-sales.r1': { code: 'one' }, 'shop-sales.r2': { code: 'two' }, 'shop-stock.r1': { code: 'three' } };
      const renamed = { 'shop-turnover.r1': 'two', 'shop-stock.r1': 'three' };
      expect(checkViews(renamed, released).faults).toMatchObject([
        {
          event: 'shop-sales',
          fault: expect.stringContaining('404'),
          fix: expect.stringContaining("retired: { 'shop-sales': 'why' }"),
        },
      ]);
      expect(checkViews(renamed, released, { 'shop-sales': 'nobody reads it' }).faults).toEqual([]);
      // A revision may go while another one stays.
      expect(checkViews({ 'shop-sales.r2': 'two', 'shop-stock.r1': 'three' }, released)).toEqual({ faults: [], notes: [] });
    });

    it('fails where it changed and the revision did not, and releases nothing then', () => {
      const root = releasedWith();
      expect(contractsVerb({ manifest, root, code })).toMatchObject({ ok: true });
      const changed = { ...code, 'shop-sales.r2': 'other' };
      const { ok, lines } = contractsVerb({ manifest, root, code: changed });
      expect([ok, lines.slice(0, -1)]).toEqual([
        false,
        [
          'shop-sales.r2: The code that makes its rows changed, and its revision did not: rows of both would stand side by side.',
          '  Raise its revision, and rebuild it. If every stored row stays as it is: foldstream contracts --rows-unchanged shop-sales --why "..."',
        ],
      ]);
      expect(contractsVerb({ manifest, root, code: changed, release: true })).toMatchObject({ ok: false });
      expect(views(root)['shop-sales.r2']).toEqual({ code: 'two' });
    });

    it('fails where other indexes hold keys only than in the release, also if no row is another', () => {
      const sales = (over: object) => ({
        ...manifest,
        projections: [{ name: 'shop-sales', revision: 2, ...over } as unknown as AnyProjection],
      });
      const keyed = sales({ byOwner: { keysOnly: true }, lists: { old: {}, newest: { keysOnly: true } } });
      const root = releasedWith();
      const changed = { ...code, 'shop-sales.r2': 'other' };
      expect(rowsUnchangedVerb({ root, code: changed, views: ['shop-sales'], why: 'the same rows' })).toMatchObject({ ok: true });
      expect(contractsVerb({ manifest: sales({}), root, code: changed })).toMatchObject({ ok: true });
      for (const release of [false, true])
        expect(contractsVerb({ manifest: keyed, root, code: changed, release })).toMatchObject({
          ok: false,
          lines: [
            expect.stringContaining('shop-sales.r2: `keysOnly` is declared for other lists'),
            '  Raise its revision, and rebuild it.',
            `1 fault.${release ? ' Nothing was released.' : ''}`,
          ],
        });
      const raised = { ...keyed, projections: keyed.projections.map((each) => ({ ...each, revision: 3 })) };
      const next = { 'shop-sales.r3': 'other' };
      expect(contractsVerb({ manifest: raised, root, code: next, release: true })).toMatchObject({ ok: true });
      expect(views(root)).toEqual({ 'shop-sales.r3': { code: 'other', keysOnly: ['by-owner', 'list-newest'] } });
      expect(contractsVerb({ manifest: raised, root, code: next })).toMatchObject({ ok: true });
      // Nor the other way round.
      const back = { ...raised, projections: sales({}).projections.map((each) => ({ ...each, revision: 3 })) };
      expect(contractsVerb({ manifest: back, root, code: next })).toMatchObject({ ok: false });
    });

    it('wants a new revision for heads in rows, and none where they leave them', () => {
      const sales = (headsInRows: boolean, revision = 2) => ({
        ...manifest,
        projections: [{ name: 'shop-sales', kind: 'shared-rows', revision, headsInRows } as unknown as AnyProjection],
      });
      const root = releasedWith();
      const same = { ...code, 'shop-sales.r2': 'two' };
      expect(contractsVerb({ manifest: sales(true), root, code: same })).toMatchObject({
        ok: false,
        lines: [
          expect.stringContaining('shop-sales.r2: `headsInRows` is declared'),
          '  Raise its revision, and rebuild it.',
          '1 fault.',
        ],
      });
      const next = { 'shop-sales.r3': 'three' };
      expect(contractsVerb({ manifest: sales(true, 3), root, code: next, release: true })).toMatchObject({ ok: true });
      expect(views(root)).toEqual({ 'shop-sales.r3': { code: 'three', headsInRows: true } });
      for (const declared of [true, false])
        expect(contractsVerb({ manifest: sales(declared, 3), root, code: next })).toMatchObject({ ok: true });
      const changed = { 'shop-sales.r3': 'other' };
      expect(rowsUnchangedVerb({ root, code: changed, views: ['shop-sales'], why: 'a name' })).toMatchObject({ ok: true });
      expect(contractsVerb({ manifest: sales(true, 3), root, code: changed })).toMatchObject({ ok: true });
    });

    it('takes a new revision, and forgets one that is gone with the next release', () => {
      const root = releasedWith();
      const raised = { 'shop-sales.r2': 'two', 'shop-sales.r3': 'three' };
      expect(contractsVerb({ manifest, root, code: raised }).lines).toContain('shop-sales.r3 is new, and not released yet.');
      expect(contractsVerb({ manifest, root, code: raised, release: true })).toMatchObject({ ok: true });
      expect(views(root)).toEqual({ 'shop-sales.r2': { code: 'two' }, 'shop-sales.r3': { code: 'three' } });
    });

    it('takes a reason why no row changed, and keeps it', () => {
      const root = releasedWith();
      const changed = { ...code, 'shop-sales.r2': 'other' };
      const said = { root, code: changed, views: ['shop-sales'], why: 'a name' };
      expect(() => rowsUnchangedVerb({ ...said, why: ' ' })).toThrow('The reason is missing for which no row changes.');
      expect(rowsUnchangedVerb({ ...said, views: ['shop-sales', 'shop-returns'] })).toMatchObject({ ok: false });
      expect(contractsVerb({ manifest, root, code: changed })).toMatchObject({ ok: false });
      expect(rowsUnchangedVerb(said)).toMatchObject({ ok: true });
      expect(contractsVerb({ manifest, root, code: changed })).toMatchObject({ ok: true });
      expect(views(root)).toEqual({
        'shop-sales.r1': { code: 'one' },
        'shop-sales.r2': { code: 'other', rowsUnchanged: [{ was: 'two', why: 'a name' }] },
      });
      // The code that it was said of, and no other.
      expect(contractsVerb({ manifest, root, code: { ...code, 'shop-sales.r2': 'third' } })).toMatchObject({ ok: false });
    });
  });
});

describe('a process', () => {
  const memory = v1(z.object({ paid: z.boolean() }));
  const flow = (over: object = {}) => ({
    aggregates: [],
    processes: [
      {
        category: 'flow',
        from: [],
        sends: [],
        since: '',
        memory,
        initial: {},
        raises: { Delayed: returned },
        instance: () => 'one',
        on: {},
        ...over,
      },
    ],
  });
  const given: Samples = {
    ...Object.fromEntries(Object.entries(readSamples(repository)).filter(([name]) => name.startsWith('process/'))),
    'flow/Remembered.v1': { type: 'Remembered', v: 1, data: { paid: true } },
    'flow/Delayed.v1': { type: 'Delayed', v: 1, data: { why: 'snow' } },
  };
  const released = toReleased(presentFormats(flow(), given));

  it('has its memory, what it raises, and once for all what every process has', () => {
    expect(Object.keys(released)).toEqual(['flow', 'process']);
    expect(Object.keys(released.flow ?? {})).toEqual(['Delayed', 'Remembered']);
    expect(checkContracts(flow(), released, given)).toEqual({ faults: [], notes: [] });
    expect(checkContracts(flow(), {}, given, true).faults).toEqual([]);
  });

  it('may not change what it remembers in place, nor go', () => {
    const changed = checkContracts(flow({ memory: v1(z.object({ settled: z.boolean() })) }), released, given).faults;
    expect(changed.map(({ event }) => event)).toContain('flow.Remembered');
    expect(checkContracts({ aggregates: [] }, released, {}).faults.map(({ event }) => event)).toContain('flow.Remembered');
  });
});
