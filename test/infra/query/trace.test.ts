import { App } from 'aws-cdk-lib';

import { expect, test } from 'vitest';
import { eventLog } from '../../../lib/core/event-log.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { FoldstreamStack } from '../../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { parcel, parcelRoles } from '../../support/apps/parcel/decider.ts';
import { parcelTrack } from '../../support/apps/parcel/track.ts';
import { steps } from '../support/deployed.ts';
import { flattened } from '../support/flattened.ts';

type Statement = Readonly<{ Action: string | string[]; Resource: unknown }>;

/** The rights of two functions to query, and what goes with each: those of operators and of the sweep. */
const queriesWith = (projections: readonly AnyProjection[]) => {
  const manifest = defineManifest({ roles: parcelRoles, aggregates: [parcel], projections });
  const code = { steps, rows: {} };
  const template = flattened(new FoldstreamStack(new App(), 'traced', { manifest, code, settings: settingsFor('dev') }));
  const queries = (role: RegExp) =>
    Object.values(template.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => role.test(Properties.Roles[0].Ref))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
      .filter(({ Action }) => [Action].flat().includes('dynamodb:Query'))
      .map(({ Action, Resource }) => [[Action].flat().join(' '), JSON.stringify(Resource)]);
  return { operators: queries(/^OperationsOps/), sweep: queries(/^SweepSweep/) };
};

test('operators trace by the list of the event log by correlation and by the commits; they and the sweep find where its rows end, and without an event log operators read the commits alone', () => {
  const log = eventLog([parcel], { may: ['operator'] }) as unknown as AnyProjection;
  const cursors = ['dynamodb:GetItem dynamodb:Query', expect.stringMatching(/^\{"Fn::GetAtt":\["EventLogR3Rows\w+","Arn"\]\}$/)];
  const commits = ['dynamodb:GetItem dynamodb:Query', expect.stringContaining('EventsCommits')];
  const passed = ['dynamodb:Scan dynamodb:Query dynamodb:GetItem', expect.stringContaining('EventsCommits')];
  expect(queriesWith([parcelTrack, log])).toEqual({
    operators: [cursors, ['dynamodb:Query', expect.stringMatching(/EventLogR3Rows.*index\/list-by-correlation/)], commits],
    sweep: [passed, cursors],
  });
  expect(queriesWith([parcelTrack])).toEqual({ operators: [commits], sweep: [passed] });
});
