import { NestedStack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from './stage.ts';

/**
 * The scope for a part of the deployment of which there may be many: a nested stack, or a place in the one stack. The construct in it is called
 * `Default`, so that its names are the same in both.
 */
export const roomFor = (scope: Construct, id: string, { nested }: Pick<Settings, 'nested'>): Construct =>
  nested ? new NestedStack(scope, id) : new Construct(scope, id);
