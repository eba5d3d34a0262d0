import { describe, expect, it } from 'vitest';
import { manifest as contexts } from '../../../domains/contexts.ts';
import { manifest as shop } from '../../../domains/index.ts';
import { readSamples } from '../../../lib/cli/contracts/contracts.ts';
import { modelPages } from '../../../lib/cli/model/pages.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { describeModel } from '../../../lib/engine/model/describe.ts';
import { manifest as parcel } from '../../support/apps/parcel/manifest.ts';

describe.each([
  ['the shop', shop],
  ['more contexts', contexts],
  ['parcels', parcel],
] as readonly (readonly [string, Manifest])[])('the pages of the model of %s', (_, manifest) => {
  const pages = modelPages(describeModel(manifest), 'Model');

  it('lead to one another and to nowhere else, and need no script, no server and no other file', () => {
    const reached = new Set(['index.html']);
    for (const html of Object.values(pages)) {
      for (const [, href = ''] of html.matchAll(/ href="([^"]*)"/g)) {
        expect(Object.keys(pages)).toContain(decodeURI(href));
        reached.add(decodeURI(href));
      }
      expect(html).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|@import/);
    }
    expect([...reached].toSorted()).toEqual(Object.keys(pages).toSorted());
  });
});

it('an event has its versions with what changed, its golden samples and its readers', () => {
  const samples = readSamples(`${import.meta.dirname}/../../..`);
  const html = modelPages(describeModel(shop, samples), 'Model')['event-product-PriceSet.html']!;
  expect(html).toContain('from was added as a required field');
  expect(html).toContain('Golden sample');
  expect(html).toContain('href="view-price-history.html"');
});

it('what a declaration says is text', () => {
  const [first] = describeModel(parcel).events;
  const versions = [{ ...first!.versions[0]!, sample: { data: { text: '<img src=y>' }, golden: true } }];
  const model = { ...describeModel(parcel), events: [{ ...first!, personal: ['<img onerror=x>'], versions }] };
  const html = Object.values(modelPages(model, '<b>Model</b>')).join('');
  expect(html).not.toMatch(/<img|<b>/);
  expect(html).toContain('&lt;img onerror=x&gt;');
});
