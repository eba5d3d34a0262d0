import { expect, test } from 'vitest';
import { contractsVerb } from '../../lib/cli/contracts/contracts.ts';
import { projectionCode } from '../../lib/infra/code/projection-code.ts';
import { manifests } from './manifests.ts';

test.each(manifests)(
  'the code of the views of $name is as it was released, or their revisions are others',
  async ({ manifest, module, root, own }) => {
    const code = await projectionCode(manifest, module);
    const { lines } = contractsVerb({ manifest, root, own, code });
    expect(lines.filter((line) => line.includes('changed, and its revision did not'))).toEqual([]);
  },
);
