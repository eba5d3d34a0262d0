import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { manifest as contexts } from '../../../domains/contexts.ts';
import { manifest as shop } from '../../../domains/index.ts';
import { product } from '../../../domains/product/decider.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { handledTypes, sourcesOf } from '../../../lib/core/projection.ts';
import { v1 } from '../../../lib/core/version.ts';
import { describeModel } from '../../../lib/engine/model/describe.ts';
import { modelAnswer } from '../../../lib/http/openapi/told/model.ts';
import { manifest as hotel } from '../../hotel/index.ts';
import { manifest as parcel } from '../../support/apps/parcel/manifest.ts';

const eventIn = (manifest: Manifest, type: string, samples = {}) =>
  describeModel(manifest, samples).events.find((event) => event.type === type);

describe.each([
  ['the shop', shop],
  ['more contexts', contexts],
  ['the hotel', hotel],
] as readonly (readonly [string, Manifest])[])('the model of %s', (_, manifest) => {
  const model = describeModel(manifest);

  it('is as the API describes it, and is the same once it has travelled as JSON', () => {
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    // Its schema drops what it does not name.
    expect(modelAnswer.parse(model)).toEqual(model);
  });

  it('says of each view and process what leads to it, and of each event the same the other way round', () => {
    const read = (consumers: readonly Readonly<{ key: string; from: (typeof model.views)[number]['from'] }>[]) =>
      consumers.flatMap(({ key, from }) =>
        from.flatMap(({ category, types }) => types.map((type) => `${category}.${type} ${key}`)),
      );
    const own = new Set(model.events.map(({ category, type }) => `${category}.${type}`));
    const isOwn = (line: string) => own.has(line.split(' ')[0]!);
    const keyOf = ({ name, revision }: Readonly<{ name: string; revision: number }>) => `${name}.r${revision}`;
    const views = read(model.views.map((view) => ({ key: keyOf(view), from: view.from })));
    const processes = read(model.processes.map(({ category, from }) => ({ key: category, from })));
    const told = model.events.flatMap(({ category, type, ...event }) =>
      [...event.views.map(keyOf), ...event.processes].map((key) => `${category}.${type} ${key}`),
    );
    expect(told.toSorted()).toEqual([...views, ...processes].filter(isOwn).toSorted());
    expect(views.length).toBe(
      manifest.projections.flatMap((view) =>
        sourcesOf(view).flatMap(({ events }) => handledTypes(view).filter((type) => Object.hasOwn(events, type))),
      ).length,
    );
  });

  it('has each command, with data that fits its schema, and its route if somebody outside may send it', () => {
    for (const { category, commands } of manifest.aggregates) {
      const described = model.aggregates.find((each) => each.category === category)?.commands ?? [];
      expect(described.map(({ name }) => name)).toEqual(Object.keys(commands));
      for (const { name, path, may, example } of described) {
        expect(path === undefined).toBe(may.every((who) => ['process', 'hook', 'together'].includes(who)));
        if (example !== undefined) expect(commands[name]!.schema.safeParse(example).success, `${category} ${name}`).toBe(true);
      }
    }
  });
});

it('tells the versions of an event apart, and takes golden samples where there are any', () => {
  const golden = { 'product/PriceSet.v1': { type: 'PriceSet', v: 1, data: { price: 4711 } } };
  const event = eventIn(shop, 'PriceSet', golden);
  expect(event?.written).toBe(2);
  expect(event?.versions.map(({ v, changes }) => [v, changes])).toEqual([
    [1, []],
    [2, ['from was added as a required field']],
  ]);
  expect(event?.versions.map(({ sample }) => sample?.golden)).toEqual([true, false]);
  expect(event?.versions[0]?.sample?.data).toEqual({ price: 4711 });
});

it('says of each version what is new against the one before it, and which is written', () => {
  const third = v1(z.object({ price: z.number() }))
    .next(z.object({ price: z.number(), from: z.string() }), (data) => ({ ...data, from: '' }))
    .next(z.object({ price: z.number(), from: z.string(), by: z.string() }), (data) => ({ ...data, by: '' }));
  const manifest = {
    ...shop,
    aggregates: [{ ...product, events: { ...product.events, PriceSet: third } }],
  } as unknown as Manifest;
  const event = eventIn(manifest, 'PriceSet');
  expect(event?.written).toBe(3);
  expect(event?.versions.map(({ changes }) => changes)).toEqual([
    [],
    ['from was added as a required field'],
    ['by was added as a required field'],
  ]);
});

it('tells events of the same name by their categories', () => {
  const other = { ...parcel.aggregates[0]!, category: 'other' };
  const { events } = describeModel({ ...parcel, aggregates: [...parcel.aggregates, other] });
  const readers = (category: string) => events.filter((event) => event.category === category).flatMap(({ views }) => views);
  expect(readers('parcel').length).toBeGreaterThan(0);
  expect(readers('other')).toEqual([]);
});

it('says what is public, what comes with the product, which lists go by a personal value, and for how long a view gathers in its group', () => {
  const { events, views } = describeModel(shop);
  const [isPublic, isNot] = [true, false].map((told) => events.filter((event) => event.public === told).map(({ type }) => type));
  expect(isPublic).toEqual(expect.arrayContaining(['AccountOpened', 'OrderShipped']));
  expect(isNot).toEqual(expect.arrayContaining(['MoneyDeposited']));
  expect(views.filter(({ kernel }) => kernel).map(({ name }) => name)).toEqual(['process-instances', 'subjects-held']);
  const personal = views.flatMap(({ name, lists }) => lists.flatMap((list) => (list.personal ? [`${name} ${list.name}`] : [])));
  expect(personal).toEqual(['customer-directory by-email']);
  // It says nothing of gathering itself: the group that it is in does.
  expect(views.find(({ name }) => name === 'customer-directory')?.gatherSeconds).toBe(10);
  expect(views.find(({ name }) => name === 'account-balance')?.gatherSeconds).toBe(0);
});

it('names the fields with personal values, and shows none', () => {
  const event = eventIn(shop, 'CustomerRegistered');
  expect(event?.personal).toEqual(['/name', '/email', '/address', '/birthDate']);
  expect(event?.versions[0]?.sample?.data).toMatchObject({ name: { masked: true }, email: { masked: true } });
});

it('says of a process what it sends, performs and waits for', () => {
  const process = describeModel(shop).processes.find(({ category }) => category === 'transferProcess');
  expect(process).toMatchObject({ kind: 'process', from: [{ category: 'transfer', types: ['TransferRequested'] }] });
  const commands = process?.sends.find(({ category }) => category === 'account')?.commands;
  expect(commands).toContain('Debit');
  // Of an aggregate that it sends to it may send what is for processes, and no more.
  expect(commands).not.toContain('Withdraw');
  expect(describeModel(shop).processes.find(({ category }) => category === 'fraudWatch')?.kind).toBe('watch');
  expect(describeModel(contexts).effects.map(({ name, processes }) => [name, processes])).toEqual([
    ['notifyCustomer', ['routing']],
  ]);
});
