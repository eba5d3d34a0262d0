import { DescribeTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asRead } from '../../../lib/aws/condition.ts';
import { deployedHandler } from '../../../lib/aws/functions/deployed.ts';
import { secretIds } from '../../../lib/core/deployed-names.ts';
import { toldCloudFormation } from '../../support/cloudformation.ts';

describe('CloudFormation’s requests of a deployment', () => {
  const [mock, documents] = [mockClient(DynamoDBClient), mockClient(DynamoDBDocumentClient)];
  afterAll(() => {
    mock.restore();
    documents.restore();
  });
  const told = toldCloudFormation();
  beforeEach(() => {
    mock.reset();
    mock.on(DescribeTableCommand).resolves({ Table: { TableId: 'an-id' } });
    mock.on(ScanCommand).resolves({}).on(PutItemCommand).resolves({});
    documents.reset();
    documents.on(GetCommand).resolves({}).on(PutCommand).resolves({});
    vi.stubEnv('CONTROL_TABLE', 'control');
    vi.stubEnv('COMMITS_TABLE', 'commits');
  });

  const asked = (
    RequestType: 'Create' | 'Update' | 'Delete',
    properties: Record<string, unknown>,
    before: Record<string, unknown> = {},
  ) =>
    deployedHandler({ aggregates: [], projections: [] })({
      RequestType,
      ResourceProperties: properties,
      OldResourceProperties: before,
    } as unknown as CloudFormationCustomResourceEvent);
  const secretsPut = () =>
    mock.commandCalls(PutItemCommand).flatMap(({ args: [{ input }] }) => (input.Item?.secret ? [input] : []));

  it('makes each secret that is not there yet, of 32 bytes, and never over another', async () => {
    await asked('Create', { Secrets: Object.keys(secretIds) });
    expect(secretsPut().map(({ Item }) => Item?.id?.S)).toEqual(Object.values(secretIds));
    for (const { Item, ...condition } of secretsPut()) {
      expect(Item?.secret?.B?.byteLength).toBe(32);
      expect(condition).toMatchObject(asRead('id'));
    }
    expect(told).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'secrets' }]);
  });

  it('makes none when it settles views, nor when a stack goes', async () => {
    await asked('Create', { Revisions: { 'parcel-list.r1': ['table'] } });
    await asked('Delete', { Secrets: Object.keys(secretIds) });
    expect(secretsPut()).toEqual([]);
    expect(told).toMatchObject([{ PhysicalResourceId: 'deployed-views' }, { Status: 'SUCCESS', PhysicalResourceId: 'secrets' }]);
  });

  it('settles again over another control table, whatever that says of revisions that are gone', async () => {
    documents.on(GetCommand, { Key: { id: 'view/parcel-list' } }).resolves({
      Item: { id: 'view/parcel-list', projection: 'parcel-list', revision: 1, since: '2026' },
    });
    const now = { Revisions: { 'parcel-list.r2': ['table'] } };
    await asked('Update', { ...now, Table: 'control' }, { ...now, Table: 'control' });
    await asked('Update', { ...now, Table: 'restored' }, { ...now, Table: 'control' });
    // A release before this one named no table.
    await asked('Update', { ...now, Table: 'control' }, now);
    expect(told.map(({ Status }) => Status)).toEqual(['FAILED', 'SUCCESS', 'FAILED']);
  });

  it('empties a bucket when it goes, page by page, and fails where something stays in it', async () => {
    const storage = mockClient(S3Client);
    const pages = [{ Contents: [{ Key: 'a' }, { Key: 'b' }] }, { Contents: [{ Key: 'c' }] }, {}];
    storage.on(ListObjectsV2Command).callsFake(() => pages.shift());
    storage.on(DeleteObjectsCommand).resolves({});
    await asked('Update', { Bucket: 'failed' });
    expect(storage.calls()).toEqual([]);
    await asked('Delete', { Bucket: 'failed' });
    const removed = storage.commandCalls(DeleteObjectsCommand).flatMap(({ args: [{ input }] }) => input.Delete?.Objects ?? []);
    expect(removed.map(({ Key }) => Key)).toEqual(['a', 'b', 'c']);
    pages.push({ Contents: [{ Key: 'd' }] });
    storage.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'd', Message: 'denied' }] });
    await asked('Delete', { Bucket: 'failed' });
    expect(told.map(({ Status, PhysicalResourceId }) => [Status, PhysicalResourceId])).toEqual(
      ['SUCCESS', 'SUCCESS', 'FAILED'].map((status) => [status, 'failed']),
    );
    storage.restore();
  });

  it('fails a deployment that can make none, and says why', async () => {
    mock.on(PutItemCommand).rejects(new Error('throttled'));
    await asked('Create', { Secrets: Object.keys(secretIds) });
    expect(told).toMatchObject([{ Status: 'FAILED', Reason: 'The deployment could not be settled: throttled' }]);
  });
});
