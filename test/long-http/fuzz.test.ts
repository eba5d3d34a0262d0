import { describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { fuzz, table } from '../fuzz/fuzz.ts';
import { overHttp as sending, subjectOf } from '../fuzz/over-http.ts';
import { fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

/** The way through a real gateway and real functions; as many again and again go in process. */
const requests = 2_000;

describe.runIf(overHttp())('requests of an attacker to the deployed reference application', () => {
  it('have no answer that is a fault of ours, on any route', async () => {
    const [ada, bob, operator] = await Promise.all((['ada', 'bob', 'operator'] as const).map((name) => tokenOf(name)));
    const tokens = { ada: ada!, bob: bob!, operator: operator! };
    const subjects = { ada: subjectOf(ada!), bob: subjectOf(bob!), operator: subjectOf(operator!) };
    const send = sending(theDeployment().api, tokens);
    const driven = { manifest, send, subjects, seed: 1, requests, prefix: fresh().slice(0, 6), late: true, atOnce: 4 };
    const { counts, faults } = await fuzz(driven);
    console.log(table(counts));
    expect(faults.join('\n')).toBe('');
  });
});
