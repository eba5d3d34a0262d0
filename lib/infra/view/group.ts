import { Tags } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { pascal } from '../../core/stream.ts';
import type { ViewsOfGroup } from '../../core/view/groups.ts';
import { consumerTimeout, type Delivery, deliveryToGroup, letTake } from '../delivery/queues.ts';
import { outputs, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';

type Props = Common & Readonly<{ group: ViewsOfGroup; store: EventStore; bus: IEventBus }>;

/** What the views of a group share: bus -> rules -> queue -> function. Each view has its table, and its worker of rebuilds, where it would have them without. */
export class ViewGroup extends Construct {
  readonly group: ViewsOfGroup;
  readonly delivery: Delivery;
  /** Applies commits to all views of the group; each view gives it the rights on its own table. */
  readonly step: Step;

  constructor(scope: Construct, id: string, { group, store, bus, ...common }: Props) {
    super(scope, id);
    this.group = group;
    const { name, views } = group;
    Tags.of(this).add('foldstream:group', name);
    this.delivery = deliveryToGroup(this, { group, bus, settings: common.settings });
    this.step = new Step(this, 'Project', {
      ...common,
      step: 'project',
      description: `Applies commits to the ${views.length} views of the group ${name}.`,
      timeout: consumerTimeout,
    });
    this.step.addEnvironment('GROUP', name);
    this.step.addEnvironment('STACK', stackNameOf(this));
    store.letRead(this.step);
    store.letReadSecret(this.step, 'proofs');
    letTake(this, this.step, this.delivery);
    const prefix = `${pascal(name)}Group`;
    outputs(this, `${prefix}Names`, { [`${prefix}Function`]: this.step.functionName });
  }
}
