import { CloudFormationClient, DescribeStacksCommand, type StackStatus } from '@aws-sdk/client-cloudformation';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { tablesHandler } from '../../../lib/aws/functions/tables.ts';
import { toldCloudFormation } from '../../support/cloudformation.ts';

describe('the protection of a stack', () => {
  const mock = mockClient(CloudFormationClient);
  afterAll(() => mock.restore());
  beforeEach(() => mock.reset());
  const told = toldCloudFormation();
  const asked = async (RequestType: string, [before, after]: readonly [boolean?, boolean?], status: StackStatus) => {
    mock
      .on(DescribeStacksCommand, { StackName: 'arn:of-the-stack' })
      .resolves({ Stacks: [{ StackName: 's', CreationTime: new Date(0), StackStatus: status }] });
    await tablesHandler()({
      RequestType,
      StackId: 'arn:of-the-stack',
      ResourceProperties: { Protect: String(after) },
      ...(RequestType === 'Update' && { OldResourceProperties: { Protect: String(before) } }),
    } as unknown as CloudFormationCustomResourceEvent);
    return told.at(-1);
  };

  it('is not taken away by a deployment: -c first=true on a stack that stands is refused', async () =>
    expect(await asked('Update', [true, false], 'UPDATE_IN_PROGRESS')).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'protection',
      Reason: expect.stringContaining('without -c first=true'),
    }));

  it('goes again where CloudFormation undoes the deployment that brought it: else the undoing would fail', async () =>
    expect(await asked('Update', [true, false], 'UPDATE_ROLLBACK_IN_PROGRESS')).toMatchObject({ Status: 'SUCCESS' }));

  it.each([
    ['Create', [undefined, false], 'CREATE_IN_PROGRESS'],
    ['Update', [false, true], 'UPDATE_IN_PROGRESS'],
    ['Update', [true, true], 'UPDATE_IN_PROGRESS'],
    ['Delete', [undefined, true], 'DELETE_IN_PROGRESS'],
  ] as const)('may begin, come, stay and go with its stack: %s %s', async (type, protect, status) =>
    expect(await asked(type, protect, status)).toMatchObject({ Status: 'SUCCESS' }),
  );
});
