import { describe, expect, it } from 'vitest';
import { classOf, fences } from '../docs/blocks.ts';
import { theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { ranInPython } from '../support/python/client.ts';
import { schemathesis } from '../support/schemathesis/run.ts';

const seed = Number(process.env.FOLDSTREAM_SEED ?? 1);

describe.runIf(overHttp())('the API, tested by Schemathesis from its own description', () => {
  // The phase that tries all that can be wrong with a request takes most of the time. One caller is enough for it: the access matrix tests who may do what.
  // Of the routes that are made alike for each aggregate and each view, some are enough for it: the other phases take them all.
  const alike = /^\/((customer|order|transfer|stock)|streams\/(?!account)|views\/(?!account))/;
  it.each([
    ['ada', ['examples', 'fuzzing', 'stateful'], 100, undefined],
    ['operator', ['examples', 'fuzzing', 'stateful'], 100, undefined],
    ['operator', ['coverage'], 1_000, alike],
  ] as const)('answers %s as it is described, and never with a fault of its own: %j', async (who, asked, least, except) => {
    const { cases, phases, failure } = await schemathesis({
      api: theDeployment().api,
      token: await tokenOf(who),
      seed,
      mostExamples: 5,
      phases: asked,
      ...(except && { except }),
    });
    console.log(`Schemathesis made ${cases} cases as ${who}.\n${phases}`);
    expect(failure).toBeUndefined();
    expect(cases).toBeGreaterThan(least);
  });
});

describe.runIf(overHttp())('a client in another language, by the recipe of the guide', () => {
  it('is generated from the description: it opens an account, deposits, reads its own write and knows a refusal', async () => {
    const textOf = (name: string) =>
      fences.find((fence) => classOf(fence) === name && fence.page === 'docs/guides/clients.md')!.text;
    const recipe = {
      shell: textOf('sh python'),
      program: textOf('python'),
      api: theDeployment().api,
      token: await tokenOf('ada'),
    };
    expect(await ranInPython(recipe)).toEqual(['500', 'urn:foldstream:problem:insufficient-funds 500']);
  });
});
