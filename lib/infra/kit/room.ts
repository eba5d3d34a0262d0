import { NestedStack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from './stage.ts';

/** Where a part of the deployment is put that there may be many of: a stack of its own, or its place in the one stack. What is put there is
 * called `Default`, so that it has the same names in either. */
export const roomFor = (scope: Construct, id: string, { nested }: Pick<Settings, 'nested'>): Construct =>
  nested ? new NestedStack(scope, id) : new Construct(scope, id);
