import { describe, expect, it } from 'vitest';
import { theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { schemathesis } from '../support/schemathesis/run.ts';

const seed = Number(process.env.FOLDSTREAM_SEED ?? 1);

describe.runIf(overHttp())('the API, tested by Schemathesis from its own description', () => {
  it.each(['ada', 'operator'] as const)('answers %s as it is described, and never with a fault of its own', async (who) => {
    const { cases, phases, failure } = await schemathesis({
      api: theDeployment().api,
      token: await tokenOf(who),
      seed,
      mostExamples: 5,
    });
    console.log(`Schemathesis made ${cases} cases as ${who}.\n${phases}`);
    expect(failure).toBeUndefined();
    expect(cases).toBeGreaterThan(1_000);
  });
});
