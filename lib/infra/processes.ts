import { NestedStack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Manifest } from '../core/manifest.ts';
import { pascal } from '../core/stream.ts';
import type { EventStore } from './event-store.ts';
import { ProcessManager } from './process-manager.ts';
import type { Common } from './step.ts';

type Props = Common & Readonly<{ manifest: Manifest; store: EventStore; bus: IEventBus }>;

/** All processes of a manifest, each in a stack of its own. */
export class Processes extends Construct {
  readonly managers: readonly ProcessManager[];

  constructor(scope: Construct, id: string, { manifest: { processes = [] }, ...props }: Props) {
    super(scope, id);
    this.managers = processes.map(
      (process) => new ProcessManager(new NestedStack(this, pascal(process.category)), 'Default', { process, ...props }),
    );
  }
}
