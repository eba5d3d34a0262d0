import { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { accountTotals } from '../../../domains/account/projections/totals.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { FoldstreamStack } from '../../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { parcel, parcelRoles } from '../../support/apps/parcel/decider.ts';
import { parcelTrack } from '../../support/apps/parcel/track.ts';
import { steps } from '../support/deployed.ts';
import { flattened } from '../support/flattened.ts';

const { on: _, ...shared } = accountTotals;
const template = flattened(
  new FoldstreamStack(new App(), 'shared', {
    manifest: defineManifest({
      roles: parcelRoles,
      aggregates: [account, parcel],
      projections: [
        {
          ...shared,
          name: 'both',
          from: [account, parcel],
          on: { AccountOpened: () => ({}), ParcelSent: () => ({}) },
        } as unknown as AnyProjection,
        parcelTrack,
        { ...parcelTrack, name: 'mine', byOwner: { keysOnly: true }, lists: { latest: {}, most: { keysOnly: true } } },
      ],
    }),
    code: { steps, rows: {} },
    settings: settingsFor('dev'),
  }),
);

type Statement = Readonly<{ Action: string | string[]; Resource: unknown }>;
const actionsOf = (role: RegExp, resource: RegExp) =>
  Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => role.test(Properties.Roles[0].Ref))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Resource }) => resource.test(JSON.stringify(Resource)))
    .map(({ Action }) => [Action].flat().map((action) => action.replace('dynamodb:', '')));

test('the function of shared rows may add to them and take shares out; those of other kinds may not', () => {
  expect(actionsOf(/^BothR2Project/, /BothR2Rows/)).toEqual([['GetItem', 'PutItem', 'Query', 'UpdateItem']]);
  expect(actionsOf(/^ParcelTrackR1Project/, /ParcelTrackR1Rows/)).toEqual([['GetItem', 'PutItem']]);
});

test('queries may go through the index of shared rows, and nothing more', () => {
  expect(actionsOf(/^QueriesQuery/, /BothR2Rows/)).toEqual([
    ['GetItem', 'Query', 'Scan'],
    ['Query', 'Scan'],
  ]);
});

test('shared rows are indexed by whose they are, with keys that never change', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    GlobalSecondaryIndexes: Match.arrayWith([
      {
        IndexName: 'shared-rows',
        KeySchema: [
          { AttributeName: 'listed', KeyType: 'HASH' },
          { AttributeName: 'key', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]),
  });
});

test('an index that holds keys only is one, and queries may get the rows by them: of that view alone', () => {
  const [table] = Object.entries(template.findResources('AWS::DynamoDB::Table')).filter(([id]) => id.startsWith('MineR1'));
  const indexes = table?.[1].Properties.GlobalSecondaryIndexes as { IndexName: string; Projection: { ProjectionType: string } }[];
  expect(Object.fromEntries(indexes.map(({ IndexName, Projection }) => [IndexName, Projection.ProjectionType]))).toEqual({
    parked: 'INCLUDE',
    'by-owner': 'KEYS_ONLY',
    'list-latest': 'ALL',
    'list-most': 'KEYS_ONLY',
  });
  expect(actionsOf(/^QueriesQuery/, /MineR1Rows/)[0]).toEqual(['GetItem', 'Query', 'Scan', 'BatchGetItem']);
  expect(actionsOf(/^QueriesQuery/, /ParcelTrackR1Rows/)[0]).toEqual(['GetItem', 'Query', 'Scan']);
});

test('a view of several categories is sent the commits of each', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['foldstream.commits'],
      'detail-type': ['account.commit', 'parcel.commit'],
      detail: { types: ['AccountOpened', 'ParcelSent'] },
    },
    Targets: Match.anyValue(),
  });
});
