import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { dynamo, type Observed } from '../../../lib/aws/client/dynamo.ts';
import { attempts, timeouts } from '../../../lib/aws/client/settings.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { commitOf } from '../../support/store/commits.ts';
import { type Answer, startFakeEndpoint } from '../../support/store/fake-endpoint.ts';

// The mock replaces all of the SDK's transport, its retries too, which are tested here.
describe('the SDK as it is set up', () => {
  const stops: (() => Promise<void>)[] = [];
  // The SDK's jitter is then always 0.
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const stop of stops.splice(0)) await stop();
  });
  const storeOn = async (answers: readonly Answer[]) => {
    const { endpoint, requests, stop } = await startFakeEndpoint(answers);
    const seen: Observed[] = [];
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const client = dynamo({ endpoint, region: 'eu-central-1', credentials, observe: (observed) => seen.push(observed) });
    stops.push(async () => client.destroy(), stop);
    return { store: commitStore(client, 'commits'), requests, seen };
  };
  const throttled: Answer = { status: 400, type: 'ThrottlingException' };
  const one = commitOf('account-1', 1);

  it('sends a throttled request again', async () => {
    const { store, requests, seen } = await storeOn([throttled, throttled, { status: 200, body: {} }]);
    expect(await store.append(one)).toEqual({ stored: true });
    expect(requests).toHaveLength(3);
    expect(seen).toEqual([{ command: 'PutItem', requests: 3, units: 0 }]);
  });

  it('gives up on throttling after its attempts, with the name that a caller goes by', async () => {
    const { store, requests } = await storeOn([throttled]);
    await expect(store.append(one)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(requests).toHaveLength(attempts);
  });

  it('shows a sender its own commit when the answer got lost after it had taken effect', async () => {
    const { store, requests } = await storeOn([
      'hang up',
      { status: 400, type: 'ConditionalCheckFailedException', body: { Item: toItem(one) } },
    ]);
    expect(await store.append(one)).toEqual({ stored: false, winner: one });
    expect(requests[0]).toEqual(requests[1]);
  });

  it('asks again when an answer breaks off in the middle', async () => {
    const { store, requests } = await storeOn(['break off', { status: 200, body: {} }]);
    expect(await store.append(one)).toEqual({ stored: true });
    expect(requests).toHaveLength(2);
  });

  it('sends the same token with each try of one transaction', async () => {
    const { store, requests } = await storeOn(['hang up', throttled, { status: 200, body: {} }]);
    expect(await store.appendTogether([one], [])).toEqual({ stored: true });
    const tokens = requests.map((request) => request.ClientRequestToken);
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(tokens).size).toBe(1);
  });

  it('asks for consumed capacity only when there is an observer', async () => {
    const { endpoint, requests, stop } = await startFakeEndpoint([{ status: 200, body: {} }]);
    const client = dynamo({ endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    stops.push(async () => client.destroy(), stop);
    await commitStore(client, 'commits').append(one);
    expect(requests[0]).not.toHaveProperty('ReturnConsumedCapacity');
  });

  it('gives up on a request that hangs, and tries again', async () => {
    const { endpoint, requests, stop } = await startFakeEndpoint(['hang', { status: 200, body: {} }]);
    const requestHandler = { ...timeouts, requestTimeout: 50 };
    const client = dynamo({
      endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler,
    });
    stops.push(async () => client.destroy(), stop);
    expect(await commitStore(client, 'commits').append(one)).toEqual({ stored: true });
    expect(requests).toHaveLength(2);
  });
});
