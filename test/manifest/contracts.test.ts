import { describe, expect, it } from 'vitest';
import { manifest } from '#manifest';
import { checkContracts } from '../../lib/cli/contracts/check.ts';
import { contractsVerb, readReleased, readSamples } from '../../lib/cli/contracts/contracts.ts';
import { recordsOf } from '../../lib/cli/project.ts';

const root = recordsOf(import.meta.resolve('#manifest'));
const released = readReleased(root);

describe('the stored formats of the manifest', () => {
  it('are as they were released', () => expect(checkContracts(manifest, released ?? {}, readSamples(root)).faults).toEqual([]));

  it('are released with a sample each, and so are the commands that processes send', () => {
    if (released !== undefined) expect(contractsVerb({ manifest, root })).toMatchObject({ ok: true });
    const names = Object.entries(released ?? {}).flatMap(([category, types]) =>
      Object.entries(types).flatMap(([type, { versions }]) => Object.keys(versions).map((v) => `${category}/${type}.v${v}`)),
    );
    expect(Object.keys(readSamples(root))).toEqual(expect.arrayContaining(names));
  });
});
