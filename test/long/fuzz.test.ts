import { expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { fuzz, table } from '../fuzz/fuzz.ts';
import { inProcess, isThere, subjects } from '../fuzz/in-process.ts';
import { notesManifest } from '../fuzz/notes.ts';
import { seeds } from '../support/seeds.ts';

/** So many of a seed, since a table in memory gets slow; 18,000 in all, the rest of 20,000 go over HTTP. */
const each = 1_500;

it.each([
  ['the reference application', manifest],
  ['a manifest with what that lacks', notesManifest],
])('9,000 requests of an attacker to %s, in process, have no answer that is a fault of ours', async (name, driven) => {
  for await (const seed of seeds(6)) {
    const { send, twice } = inProcess(driven, seed);
    const { counts, faults } = await fuzz({ manifest: driven, send, subjects, seed, requests: each, isThere: isThere(driven) });
    console.log(`${name}, seed ${seed}\n${table(counts)}`);
    expect([...faults, ...twice()].join('\n'), `seed ${seed}`).toBe('');
  }
});
