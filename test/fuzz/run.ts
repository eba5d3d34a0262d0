import { parseArgs } from 'node:util';
import { manifest } from '../../domains/index.ts';
import { fuzz, table } from './fuzz.ts';
import { inProcess, isThere, subjects } from './in-process.ts';
import { notesManifest } from './notes.ts';

const manifests = { reference: manifest, notes: notesManifest };
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    requests: { type: 'string', default: '1500' },
    manifest: { type: 'string', default: 'reference' },
  },
});
const [seed, requests] = [Number(values.seed), Number(values.requests)];
const driven = Object.hasOwn(manifests, values.manifest) && manifests[values.manifest as keyof typeof manifests];
if (!driven || !Number.isSafeInteger(seed) || !Number.isSafeInteger(requests) || requests < 1) {
  console.error('Usage: npm run fuzz -- --seed <number> --requests <number> [--manifest reference|notes]');
  process.exit(2);
}
const { send, twice } = inProcess(driven, seed);
const { counts, faults } = await fuzz({ manifest: driven, send, subjects, seed, requests, isThere: isThere(driven) });
console.log(table(counts));
const found = [...faults, ...twice()];
for (const fault of found) console.error(fault);
console.log(found.length === 0 ? 'No answer is a fault of ours.' : `${found.length} answers are.`);
process.exitCode = found.length === 0 ? 0 : 1;
