import { describe, expect, test } from 'vitest';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { manifest, synthesized } from '../support/deployed.ts';

const [list, ...others] = manifest.projections;
const gathering = (seconds: number) =>
  defineManifest({ ...manifest, projections: [{ ...list!, gatherSeconds: seconds }, ...others] });

type Properties = Readonly<Record<string, never>>;

/** The mappings of queues, and the queues that are not for dead letters, by the beginning of their names. */
const deliveries = (context: Parameters<typeof synthesized>[1] = {}) => {
  const { template } = synthesized('dev', context, gathering(7));
  const of = (type: string): [string, Properties][] =>
    Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties]);
  const views = new Map<string, { mapping: Properties; queue: Properties; functions: Properties }>();
  for (const [id, mapping] of of('AWS::Lambda::EventSourceMapping')) {
    const name = /^(.+)Delivered/.exec(id)?.[1];
    const queue = of('AWS::SQS::Queue').find(([other]) => name !== undefined && other.startsWith(`${name}Queue`))?.[1];
    const functions = of('AWS::Lambda::Function').find(
      ([other]) => name !== undefined && other.startsWith(`${name}Project`),
    )?.[1];
    if (name && queue && functions) views.set(name, { mapping, queue, functions });
  }
  return views;
};

describe('commits that are gathered', () => {
  test('are up to a hundred for one call, and stay hidden for six timeouts and the time of gathering', () => {
    const views = deliveries();
    expect(views.size).toBe(manifest.projections.length);
    for (const [name, { mapping, queue, functions }] of views) {
      const seconds = name === 'ParcelListR1' ? 7 : 0;
      expect(mapping).toMatchObject(
        seconds > 0 ? { BatchSize: 100, MaximumBatchingWindowInSeconds: seconds } : { BatchSize: 10 },
      );
      if (seconds === 0) expect(mapping).not.toHaveProperty('MaximumBatchingWindowInSeconds');
      // With none of this Lambda would take a whole batch as failed when one record has.
      expect(mapping).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
      expect(queue).toMatchObject({ VisibilityTimeout: 6 * Number(functions.Timeout) + seconds });
      expect(functions).toMatchObject({ Environment: { Variables: { VISIBILITY_SECONDS: String(queue.VisibilityTimeout) } } });
    }
  });

  test('are not gathered in a local cloud, where one waits for what follows', () => {
    for (const { mapping } of deliveries({ plainHttp: 'true' }).values()) {
      expect(mapping).toMatchObject({ BatchSize: 10 });
      expect(mapping).not.toHaveProperty('MaximumBatchingWindowInSeconds');
    }
  });

  test('are gathered for ten seconds at most', () => {
    expect(() => gathering(10)).not.toThrow();
    for (const wrong of [11, -1, 0.5])
      expect(() => gathering(wrong)).toThrow(`${list!.name}: gatherSeconds must be a whole number from 0 to 10.`);
  });
});
