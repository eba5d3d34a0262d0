import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { commitItem } from '../../../lib/aws/store/commit-item.ts';
import { commitVerb } from '../../../lib/cli/history/commit.ts';
import { connect } from '../../../lib/cli/stack.ts';
import { commitOf } from '../../support/store/commits.ts';

const [cloud, tables] = [mockClient(CloudFormationClient), mockClient(DynamoDBClient)];
afterAll(() => {
  cloud.restore();
  tables.restore();
});

const outputs = (more: Readonly<Record<string, string>> = {}) => {
  const all = { CommitsTable: 'commits', ControlTable: 'control', ...more };
  const Outputs = Object.entries(all).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  const stack = { StackName: 'shop', CreationTime: new Date(), StackStatus: 'UPDATE_COMPLETE' as const };
  cloud.on(DescribeStacksCommand, { StackName: 'shop' }).resolves({ Stacks: [{ ...stack, Outputs }] });
};

beforeEach(() => {
  cloud.reset();
  tables.reset();
  outputs();
});

describe('foldstream commit', () => {
  const commit = commitOf('account-7f3a', 2);
  const printed = async (options: Readonly<{ number?: number; table?: string }> = {}) => {
    const lines: string[] = [];
    await commitVerb({ stream: commit.stream, number: 2, stack: 'shop', ...options }, (line) => void lines.push(line));
    return JSON.parse(lines.join('\n')) as unknown;
  };
  const place = (TableName: string, number: number) => ({
    TableName,
    Key: { stream: { S: commit.stream }, commit: { N: String(number) } },
  });

  it.each(['plain', 'packed'] as const)(
    'prints what is stored %s as the same commit, of the table that is named',
    async (form) => {
      tables.on(GetItemCommand, place('commits', 2)).resolves({ Item: commitItem(commit, form) });
      const restored = { ...commit, command: 'restored' };
      tables.on(GetItemCommand, place('restored', 2)).resolves({ Item: commitItem(restored, form) });
      expect(await printed()).toEqual(commit);
      expect(await printed({ table: 'restored' })).toEqual(restored);
    },
  );

  it('says that there is none, and which text is none of ours', async () => {
    tables.on(GetItemCommand).resolves({});
    await expect(printed({ number: 9 })).rejects.toThrow('The stream account-7f3a has no commit 9.');
    tables.on(GetItemCommand).resolves({ Item: { ...commitItem(commit, 'packed'), c: { S: '{}' } } });
    await expect(printed()).rejects.toThrow('account-7f3a: commit 2 has a text that Foldstream did not write');
  });
});

it.each([
  [{}, 'plain'],
  [{ CommitForm: 'plain' }, 'plain'],
  [{ CommitForm: 'packed' }, 'packed'],
])('whoever puts commits from a command line stores them as the stack says: %j', async (said, form) => {
  outputs(said);
  expect(await connect('shop')).toMatchObject({ form, commits: 'commits' });
});
