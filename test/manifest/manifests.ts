import { manifest as reference } from '#manifest';
import { manifest as contexts } from '../../domains/contexts.ts';
import { ownRecordsOf, recordsOf } from '../../lib/cli/project.ts';
import type { Manifest } from '../../lib/core/manifest.ts';

const described = (name: string, manifest: Manifest, module: string) =>
  ({ name, manifest, module, root: recordsOf(module), own: ownRecordsOf(module) }) as const;

/** The manifests whose formats and views `npm test` compares with those of the last release. */
export const manifests = [
  described('the manifest', reference, import.meta.resolve('#manifest')),
  described('the manifest of the contexts', contexts, import.meta.resolve('../../domains/contexts.ts')),
];
