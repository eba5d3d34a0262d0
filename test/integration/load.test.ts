import { describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { load } from '../../domains/load.ts';
import { requestsOf } from '../../lib/cli/load/mix.ts';
import { runLoad } from '../../lib/cli/load/run.ts';
import { as, fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

/** No time decides here: on a busy machine a row may need minutes. */
const patience = 1_200_000;

describe.runIf(overHttp())('foldstream load', () => {
  it('sends the mix of the reference application at its rate, and each command takes effect', async () => {
    const run = fresh();
    const mixed = requestsOf({ manifest, mix: load, run }, () => '');
    const all = Array.from({ length: 8 }, (_, n) => mixed.next(n));
    // Of the set-up only the accounts that these few commands are about.
    const requests = { ...mixed, setup: () => mixed.setup().filter(({ id }) => JSON.stringify(all).includes(`"${id}"`)) };
    const token = await tokenOf('ada');
    const callers = new Map([['customer', { me: '', token: async () => token }]]);
    const target = { api: theDeployment().api, callers, retryFor: patience, awaitedFor: patience };
    const plan = { target, requests, run, rate: 4, seconds: 2, mostOpen: 100, visibleOneOf: 4 };
    const bar = () => ({ show: () => {}, end: () => {} });
    const ran = await runLoad(plan, bar, new AbortController().signal);
    expect(ran).toMatchObject({ sent: 8, errors: 0, held: 0, interrupted: false });
    expect(ran.latency.count).toBe(8);
    expect(ran.visible).toMatchObject([{ view: 'account-balance', failed: 0 }]);
    // A command of the run that anybody can see: the account is as the set-up and the load left it.
    const sent = all.find(({ path }) => path.endsWith('/deposit'))!;
    const { body } = await (await as('ada'))('GET', `/streams/account/${sent.id}`);
    const amounts = (body.commits as { events: { data: { amount?: number } }[] }[]).map(({ events }) => events[0]?.data.amount);
    expect(amounts).toContain((sent.body as { amount: number }).amount);
  });
});
