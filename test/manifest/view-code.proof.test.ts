import { expect, test } from 'vitest';
import { manifest } from '#manifest';
import { contractsVerb } from '../../lib/cli/contracts/contracts.ts';
import { recordsOf } from '../../lib/cli/project.ts';
import { projectionCode } from '../../lib/infra/code/projection-code.ts';

test("the code of the manifest's views is as it was released, or their revisions are others", async () => {
  const module = import.meta.resolve('#manifest');
  const code = await projectionCode(manifest, module);
  const { lines } = contractsVerb({ manifest, root: recordsOf(module), code });
  expect(lines.filter((line) => line.includes('changed, and its revision did not'))).toEqual([]);
});
