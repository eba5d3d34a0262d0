import { describe, expect, it } from 'vitest';
import { manifest as contexts } from '../../../domains/contexts.ts';
import { manifest as shop } from '../../../domains/index.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { describeModel } from '../../../lib/engine/model/describe.ts';
import { foundIn } from '../../../lib/engine/model/find.ts';
import { fitted, pictureOf, related } from '../../../lib/engine/model/picture.ts';
import { manifest as hotel } from '../../hotel/index.ts';
import { manifest as parcel } from '../../support/apps/parcel/manifest.ts';

const manifests = [
  ['the shop', shop],
  ['more contexts', contexts],
  ['the hotel', hotel],
  ['parcels', parcel],
] as readonly (readonly [string, Manifest])[];

describe.each(manifests.flatMap(([name, manifest]) => [false, true].map((isWhole) => [name, isWhole, manifest] as const)))(
  'the picture of %s, whole: %s',
  (_, isWhole, manifest) => {
    const model = describeModel(manifest);
    const picture = pictureOf(model, { isWhole });
    const { nodes, edges, width, height } = picture;

    it('has a box for each event and aggregate, none twice and none over another or outside', () => {
      const ids = nodes.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(
        expect.arrayContaining([
          ...model.aggregates.map(({ category }) => `aggregate/${category}`),
          ...model.events.map(({ category, type }) => `event/${category}/${type}`),
        ]),
      );
      for (const node of nodes) {
        expect(node.x >= 0 && node.x + node.width <= width && node.y + node.height <= height, node.id).toBe(true);
        const over = nodes.filter(
          (other) =>
            other !== node &&
            other.x < node.x + node.width &&
            node.x < other.x + other.width &&
            other.y < node.y + node.height &&
            node.y < other.y + other.height,
        );
        expect(over.map(({ id }) => id)).toEqual([]);
      }
    });

    it('has an arrow for whatever reads an event that is drawn, and none that leads nowhere', () => {
      const drawn = new Set(nodes.map(({ id }) => id));
      expect(edges.filter(({ from, to }) => !drawn.has(from) || !drawn.has(to))).toEqual([]);
      const arrows = new Set(edges.map(({ from, to }) => `${from} ${to}`));
      expect(arrows.size).toBe(edges.length);
      for (const { category, type, views, processes } of model.events)
        for (const reader of [...views.map(({ name }) => `view/${name}`), ...processes.map((name) => `process/${name}`)])
          if (drawn.has(reader)) expect(arrows).toContain(`event/${category}/${type} ${reader}`);
    });

    it('has pages that the model has', () => {
      const pages = new Set(foundIn(model, '').map(({ page }) => page.join('/')));
      for (const { page } of nodes) expect(pages, page.join('/')).toContain(page.join('/'));
    });
  },
);

it('leaves out what the product brings along, and logs, unless it is asked for', () => {
  const model = describeModel(shop);
  const views = (isWhole: boolean) =>
    pictureOf(model, { isWhole }).nodes.flatMap(({ kind, name }) => (kind === 'view' ? [name] : []));
  expect(views(false)).not.toContain('event-log');
  expect(views(true)).toEqual(expect.arrayContaining([...views(false), 'event-log', 'process-instances']));
});

it('tells what a box has to do with: what leads to it, and what it leads to', () => {
  const edges = [
    ['a', 'b'],
    ['b', 'c'],
    ['x', 'c'],
    ['c', 'd'],
    ['d', 'c'],
  ].map(([from = '', to = '']) => ({ from, to, curve: '' }));
  expect([...related({ edges }, 'b')].sort()).toEqual(['a', 'b', 'c', 'd']);
  expect([...related({ edges }, 'x')].sort()).toEqual(['c', 'd', 'x']);
});

it('cuts a name that does not fit', () => {
  expect([fitted('short', 100), fitted('a-very-long-name-of-a-view', 100)]).toEqual(['short', 'a-very-long…']);
});

describe('finding', () => {
  const model = describeModel(shop);
  const names = (text: string) => foundIn(model, text).map(({ kind, name }) => `${kind} ${name}`);

  it('goes by names first, and also by commands, fields and roles', () => {
    expect(names('MoneyDep')[0]).toBe('event MoneyDeposited');
    // In an order of its own the aggregate, whose command has the word, would be first.
    expect(names('statement')).toEqual([
      'event StatementIssued',
      'view account-statement',
      'view account-statements',
      'aggregate account',
      ...['view event-log', 'process transferProcess', 'process fulfilment'],
    ]);
    expect(names('support')).toEqual(['view customer-directory']);
    expect(names('operator')).toContain('aggregate product');
    expect(names('debit')).toContain('aggregate account');
    expect(names('amount')).toContain('event MoneyDeposited');
    expect(names('event account')).not.toContain('view account-balance');
    expect(names('nothing of it')).toEqual([]);
  });
});
