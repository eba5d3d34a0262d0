import { describe, expect, it } from 'vitest';
import { checkContracts } from '../../lib/cli/contracts/check.ts';
import { contractsVerb, readReleased, readSamples } from '../../lib/cli/contracts/contracts.ts';
import { storedBy } from '../../lib/cli/contracts/present.ts';
import { manifests } from './manifests.ts';

describe.each(manifests)('the stored formats of $name', ({ manifest, root, own }) => {
  const released = readReleased(root, own);

  it('are as they were released', () => expect(checkContracts(manifest, released ?? {}, readSamples(root)).faults).toEqual([]));

  it('are released with a sample each, and so are the commands that processes send', () => {
    if (released !== undefined) expect(contractsVerb({ manifest, root, own })).toMatchObject({ ok: true });
    const names = Object.entries(released ?? {}).flatMap(([category, types]) =>
      Object.entries(types).flatMap(([type, { versions }]) => Object.keys(versions).map((v) => `${category}/${type}.v${v}`)),
    );
    expect(Object.keys(readSamples(root))).toEqual(expect.arrayContaining(names));
  });
});

it('every folder of samples is of a category of one of the manifests', () => {
  const categories = manifests.flatMap(({ manifest }) => storedBy(manifest).map(({ category }) => category));
  const folders = Object.keys(readSamples(manifests[0]!.root)).map((name) => name.split('/')[0]);
  expect([...new Set(folders)].filter((folder) => !categories.includes(folder!))).toEqual([]);
});
