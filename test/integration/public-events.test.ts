import { CloudEvent, HTTP } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { as, fresh, theDeployment } from '../support/over-http/http.ts';
import { otherTeam } from '../support/over-http/other-team.ts';
import { overHttp } from '../support/over-http/over-http.ts';

describe.runIf(overHttp())('public events', () => {
  it('arrive at a rule of another team as valid CloudEvents 1.0, and nothing else does', async () => {
    const ada = await as('ada');
    const types = ['AccountOpened', 'AccountClosed', 'MoneyDeposited'];
    const { receive, leave } = await otherTeam(theDeployment().outputs.BusName ?? '', types);
    try {
      const id = fresh();
      const headers = { 'x-correlation-id': `c-${id}` };
      await ada('POST', `/account/${id}/open`, { currency: 'EUR' }, headers);
      await ada('POST', `/account/${id}/deposit`, { amount: 5, currency: 'EUR' }, headers);
      await ada('POST', `/account/${id}/withdraw`, { amount: 5, currency: 'EUR' }, headers);
      await ada('POST', `/account/${id}/close`, { reason: 'moved' }, headers);
      const received = await eventually(
        async () => new Map([...(await receive())].filter(([, { detail }]) => detail.subject === `account-${id}`)),
        ({ size }) => size >= 2,
      );
      expect([...received.keys()].sort()).toEqual([`account-${id}/1`, `account-${id}/4`]);
      const [opened, closed] = [received.get(`account-${id}/1`)!, received.get(`account-${id}/4`)!];
      for (const { detail, 'detail-type': type } of [opened, closed]) {
        // As a receiver of structured JSON would: the package throws at anything that the specification does not allow.
        const event = HTTP.toEvent({
          headers: { 'content-type': 'application/cloudevents+json' },
          body: JSON.stringify(detail),
        }) as CloudEvent<unknown>;
        expect(event).toBeInstanceOf(CloudEvent);
        expect(event.validate()).toBe(true);
        expect(event).toMatchObject({ specversion: '1.0', type, source: 'urn:foldstream:account', correlationid: `c-${id}` });
      }
      expect(closed.detail).toMatchObject({
        sequence: '000000000004',
        datacontenttype: 'application/json',
        dataschema: 'urn:foldstream:account:AccountClosed:v1',
        data: { reason: 'moved' },
      });
    } finally {
      await leave();
    }
  });
});
