import { expect, it } from 'vitest';
import type { Manifest } from '../../lib/core/manifest.ts';
import { fuzz, table } from '../fuzz/fuzz.ts';
import { inProcess, isThere, subjects } from '../fuzz/in-process.ts';
import { notesManifest } from '../fuzz/notes.ts';
import { manifests } from './manifests.ts';

it.each([
  ...manifests.map(({ name, manifest }): [string, Manifest] => [name, manifest]),
  ['one with free text, any JSON, unique values and everybody let in', notesManifest],
])('requests of an attacker to %s have no answer that is a fault of ours', async (_, driven) => {
  const { send, twice } = inProcess(driven);
  const { counts, faults } = await fuzz({ manifest: driven, send, subjects, seed: 1, requests: 2_000, isThere: isThere(driven) });
  expect([...faults, ...twice()].join('\n'), table(counts)).toBe('');
});
