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

/** The rights of the operators' function that a trace needs: on commits and on the event log. */
const rightsWith = (projections: readonly AnyProjection[]) => {
  const manifest = defineManifest({ roles: parcelRoles, aggregates: [parcel], projections });
  const code = { steps, rows: {} };
  const template = flattened(new FoldstreamStack(new App(), 'traced', { manifest, code, settings: settingsFor('dev') }));
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => /^OperationsOps/.test(Properties.Roles[0].Ref))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Action }) => [Action].flat().includes('dynamodb:Query'))
    .map(({ Action, Resource }) => [[Action].flat().join(' '), JSON.stringify(Resource)]);
};

test('operators trace by the list of the event log by correlation and by the commits; without an event log there is no right to either', () => {
  const log = eventLog([parcel], { may: ['operator'] }) as unknown as AnyProjection;
  expect(rightsWith([parcelTrack, log])).toEqual([
    ['dynamodb:Query', expect.stringMatching(/EventLogR1Rows.*index\/list-by-correlation/)],
    ['dynamodb:GetItem dynamodb:Query', expect.stringContaining('EventsCommits')],
  ]);
  expect(rightsWith([parcelTrack])).toEqual([]);
});
