import { describe, expect, it } from 'vitest';
import { manifest as contexts } from '../../../domains/contexts.ts';
import { manifest as shop } from '../../../domains/index.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { handledTypes, sourcesOf } from '../../../lib/core/projection.ts';
import { describeModel } from '../../../lib/engine/model/describe.ts';
import { modelAnswer } from '../../../lib/http/openapi/told/model.ts';
import { manifest as hotel } from '../../hotel/index.ts';

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

it('names the fields with personal values, and shows none', () => {
  const event = eventIn(shop, 'CustomerRegistered');
  expect(event?.personal).toEqual(['/name', '/email', '/address', '/birthDate']);
  expect(event?.versions[0]?.sample?.data).toMatchObject({ name: { masked: true }, email: { masked: true } });
});

it('says of a process what it sends, performs and waits for', () => {
  const process = describeModel(shop).processes.find(({ category }) => category === 'transferProcess');
  expect(process).toMatchObject({ kind: 'process', from: [{ category: 'transfer', types: ['TransferRequested'] }] });
  expect(process?.sends.find(({ category }) => category === 'account')?.commands).toContain('Debit');
  expect(describeModel(shop).processes.find(({ category }) => category === 'fraudWatch')?.kind).toBe('watch');
});
