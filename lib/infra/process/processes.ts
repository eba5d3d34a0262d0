import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Manifest } from '../../core/manifest.ts';
import { pascal } from '../../core/stream.ts';
import { roomFor } from '../kit/room.ts';
import type { Common } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import { ProcessManager } from './manager.ts';

type Props = Common & Readonly<{ manifest: Manifest; store: EventStore; bus: IEventBus }>;

/** All processes of a manifest. */
export class Processes extends Construct {
  readonly managers: readonly ProcessManager[];

  constructor(scope: Construct, id: string, { manifest: { processes = [] }, ...props }: Props) {
    super(scope, id);
    this.managers = processes.map(
      (process) => new ProcessManager(roomFor(this, pascal(process.category), props.settings), 'Default', { process, ...props }),
    );
  }
}
