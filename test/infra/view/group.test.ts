import { describe, expect, test } from 'vitest';
import { deployedViews } from '../../../lib/aws/deployed-views.ts';
import { defineManifest, type Manifest } from '../../../lib/core/manifest.ts';
import { manifest, synthesized } from '../support/deployed.ts';

const grouped: Manifest = defineManifest({
  ...manifest,
  groups: { desk: { views: ['parcel-list', 'parcel-log'], gatherSeconds: 7 } },
});
const { template } = synthesized('prod', {}, grouped);

type Properties = Readonly<Record<string, never>>;
const of = (type: string): readonly (readonly [string, Properties])[] =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties] as const);
const idsOf = (type: string, begin: string) =>
  of(type)
    .map(([id]) => id)
    .filter((id) => id.startsWith(begin));

describe('views of a group', () => {
  test('share one queue, one rule and one function; a view alone has its own, and each its table and its worker of rebuilds', () => {
    for (const type of ['AWS::Events::Rule', 'AWS::Lambda::EventSourceMapping']) {
      expect(idsOf(type, 'DeskGroup')).toHaveLength(1);
      expect(idsOf(type, 'ParcelL')).toEqual([]);
      expect(idsOf(type, 'InnerR1')).toHaveLength(1);
    }
    expect(idsOf('AWS::SQS::Queue', 'DeskGroup')).toHaveLength(2);
    expect(idsOf('AWS::Lambda::Function', 'DeskGroup')).toHaveLength(1);
    const ofViews = idsOf('AWS::Lambda::Function', 'Parcel').filter((id) => !id.startsWith('ParcelCommands'));
    expect(ofViews.map((id) => id.replace(/[0-9A-F]{8}$/, '')).toSorted()).toEqual([
      'ParcelListR1Rebuild',
      'ParcelListR2Rebuild',
      'ParcelLogR1Rebuild',
    ]);
  });

  test('get each commit once, of all types that one of them takes, and no larger batch than a function can hand to all of them', () => {
    const [, rule] = of('AWS::Events::Rule').find(([id]) => id.startsWith('DeskGroup'))!;
    expect(rule.EventPattern).toMatchObject({ 'detail-type': ['parcel.commit'], detail: { types: ['Lost', 'Opened', 'Sent'] } });
    const [, mapping] = of('AWS::Lambda::EventSourceMapping').find(([id]) => id.startsWith('DeskGroup'))!;
    // Two revisions of the list take the same events.
    expect(mapping).toMatchObject({ BatchSize: 50, MaximumBatchingWindowInSeconds: 7 });
  });

  test('give their function the rights on their tables, and nothing more', () => {
    const policy = of('AWS::IAM::Policy').find(([id]) => id.startsWith('DeskGroupProject'))![1] as unknown as Readonly<{
      PolicyDocument: Readonly<{ Statement: readonly Readonly<{ Action: unknown; Resource: unknown; Condition?: object }>[] }>;
    }>;
    const tables = policy.PolicyDocument.Statement.flatMap(({ Action, Resource }) => {
      const [, table] = /"(Parcel\w+|Inner\w+)Rows/.exec(JSON.stringify(Resource)) ?? [];
      return table === undefined ? [] : [`${table}: ${[Action].flat().join(' ').replaceAll('dynamodb:', '')}`];
    });
    expect(tables.toSorted()).toEqual([
      'ParcelListR1: GetItem PutItem',
      'ParcelListR2: GetItem PutItem',
      'ParcelLogR1: GetItem PutItem Query',
    ]);
    expect(JSON.stringify(policy.PolicyDocument.Statement.map(({ Condition }) => Condition))).toContain('phase/parcel-log.r1');
  });

  test('are found by operators and the sweep in the queue of their group', () => {
    Object.assign(process.env, { STACK: 'foldstream-prod', QUEUE_URL: 'https://sqs/1/any', ROW_CODES: '{}' });
    const names = of('AWS::SQS::Queue').flatMap(([, { QueueName }]) => QueueName ?? []);
    for (const { queue, queueUrl, projection, group } of deployedViews(grouped)) {
      expect(names).toContain(queue);
      expect(queueUrl).toBe(`https://sqs/1/${queue}`);
      expect(group).toBe(projection.name === 'inner' ? undefined : 'desk');
    }
    const outputs = JSON.stringify(template.toJSON().Outputs);
    for (const view of ['ParcelListR1', 'ParcelListR2', 'ParcelLogR1'])
      expect(outputs).toMatch(new RegExp(`${view}Queue[^}]*DeskGroupQueue`));
  });

  test('are named by the alarm on their queue, beside their group, and count as one consumer', () => {
    const late = of('AWS::CloudWatch::Alarm').find(([id]) => id.startsWith('ConsumersLate'))![1];
    expect(late.AlarmDescription).toContain('desk (parcel-list, parcel-log)');
    const few = { accountConcurrency: 24, maximumConcurrency: 4 };
    const consumers = (name: string) => ({ consumers: JSON.stringify({ [name]: { why: 'a test', maximumConcurrency: 3 } }) });
    expect(() => synthesized('prod', { ...few, ...consumers('desk') }, grouped)).not.toThrow();
    expect(() => synthesized('prod', few, manifest)).toThrow('5 consumers with up to 4 functions each');
    expect(() => synthesized('prod', consumers('parcel-log'), grouped)).toThrow('is for a consumer that there is not');
  });

  test('are refused under names that lead astray', () => {
    const faults: readonly (readonly [object, string])[] = [
      [{ desk: { views: ['parcel-lst'] } }, "names the view 'parcel-lst', which there is not"],
      [{ desk: { views: ['inner'] }, other: { views: ['inner'] } }, 'The view inner is in two groups'],
      [{ inner: { views: ['parcel-log'] } }, "The group 'inner' has the name of a view"],
      [{ 'public-events': { views: ['inner'] } }, 'has the name of a view'],
      [{ Desk: { views: ['inner'] } }, 'must be 1 to 40'],
      [{ desk: { views: [] } }, 'The group desk has no view'],
      [{ desk: { views: ['inner'], gatherSeconds: 11 } }, 'gatherSeconds must be a whole number from 0 to 10'],
    ];
    for (const [groups, fault] of faults) expect(() => defineManifest({ ...manifest, groups } as Manifest)).toThrow(fault);
  });
});
