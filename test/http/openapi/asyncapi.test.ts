import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { manifest } from '../../../domains/index.ts';
import { decidersOf } from '../../../lib/core/process/decider.ts';
import { publicEvent } from '../../../lib/core/public-event.ts';
import { asyncApi } from '../../../lib/http/openapi/asyncapi.ts';

type Message = Readonly<{ payload: object }>;
type Document = Readonly<{
  asyncapi: string;
  channels: Readonly<{ events: Readonly<{ messages: Record<string, { $ref: string }> }> }>;
  operations: Readonly<{ announce: Readonly<{ action: string; messages: readonly { $ref: string }[] }> }>;
  components: Readonly<{ messages: Record<string, Message> }>;
}>;

const document = asyncApi(manifest, { title: 'Accounts', version: '1' }) as unknown as Document;

describe('the description of the public events', () => {
  it('has each event that a category publishes, and no other', () => {
    const published = decidersOf(manifest).flatMap(({ category, publishes = [] }) =>
      publishes.map((type) => `${category}.${type}`),
    );
    expect(published.length).toBeGreaterThan(3);
    expect(Object.keys(document.components.messages)).toEqual(published);
    expect(Object.keys(document.channels.events.messages)).toEqual(published);
    expect(document.operations.announce.messages.map(({ $ref }) => $ref.split('/').at(-1))).toEqual(published);
  });

  it('describes an event as it is sent', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      document.components.messages['account.AccountOpened']!.payload,
    );
    const sent = (data: object) => ({
      source: 'foldstream',
      'detail-type': 'AccountOpened',
      detail: publicEvent(account, {
        ...{ id: 'account-a/1', stream: 'account-a', entityId: 'a', version: 1, commit: 1, type: 'AccountOpened' },
        ...{ at: '2026-11-21T12:00:00.000Z', actor: 'ada', correlation: 'c-1', causation: 'r-1' },
        data,
      } as never),
      resources: ['account-a'],
      time: '2026-11-21T12:00:00.000Z',
    });
    expect(validate(sent({ owner: 'ada', currency: 'EUR' }))).toBe(true);
    expect(validate(sent({ owner: 'ada' }))).toBe(false);
    expect(validate({ ...sent({ owner: 'ada', currency: 'EUR' }), source: 'foldstream.commits' })).toBe(false);
  });
});
