import { Duration, Stack, Tags } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { processName } from '../../core/deployed-names.ts';
import { effectCategory } from '../../core/effect/decider.ts';
import { type AnyEffect, answersPersonal, opensPersonal } from '../../core/effect/effect.ts';
import { startingTypes } from '../../core/effect/events.ts';
import { later, type Span } from '../../core/instant.ts';
import { type EffectSettings, effectSettings } from '../../core/settings/effects.ts';
import { WrongSetting } from '../../core/settings/field.ts';
import { pascal } from '../../core/stream.ts';
import { effectStep } from '../code/bundle.ts';
import { rulesFor } from '../delivery/pattern.ts';
import { type Delivery, deliveryOutputs, letReceive, queuesOf } from '../delivery/queues.ts';
import { alarmOnLine } from '../kit/alarm.ts';
import { accept, outputs, stackNameOf } from '../kit/outputs.ts';
import { letReadTeamSecrets } from '../kit/secrets.ts';
import type { Settings } from '../kit/stage.ts';
import { type Common, Step } from '../kit/step.ts';
import type { SubjectKeys } from '../personal/subject-keys.ts';
import type { EventStore } from '../store/event-store.ts';

const epoch = '1970-01-01T00:00:00.000Z';
const secondsOf = (span: Span): number => Math.ceil(Date.parse(later(epoch, span)) / 1_000);

/** A function's own work beside the try of a provider: its start, reading the performance, recording the try and its outcome. */
const ownSeconds = 20;

/** Messages wait for up to 15 minutes on purpose: older ones are late. */
export const lateMinutes = 20;

/** The most functions of an effect at once: as declared, and at most as many as any consumer. */
export const functionsAtOnce = (
  { rate = {} }: AnyEffect,
  { maximumConcurrency }: Readonly<{ maximumConcurrency: number }>,
): number => Math.min(rate.atOnce ?? maximumConcurrency, maximumConcurrency);

/** Refuses settings of effects that there are not: a secret under a wrong name would be missed at the first call only. */
export const requireEffects = ({ effects }: Pick<Settings, 'effects'>, deployed: readonly EffectFunction[]): void => {
  for (const [name, { secrets }] of Object.entries(effects)) {
    const found = deployed.find(({ effect }) => effect.name === name);
    if (!found) throw new WrongSetting(`The setting effects.${name} is for an effect that no process has.`);
    const strange = Object.keys(secrets).find((secret) => !found.effect.secrets?.includes(secret));
    if (strange !== undefined)
      throw new WrongSetting(`The setting effects.${name}.secrets.${strange} is for a secret that ${name} does not declare.`);
  }
};

type Props = Common & Readonly<{ effect: AnyEffect; store: EventStore; bus: IEventBus; keys?: SubjectKeys }>;

/** One effect: bus -> rule -> queue -> function with the adapter. Delayed tries and requests of operators come through the same queue. */
export class EffectFunction extends Construct {
  readonly effect: AnyEffect;
  readonly delivery: Delivery;

  constructor(scope: Construct, id: string, { effect, store, bus, keys, ...common }: Props) {
    super(scope, id);
    this.effect = effect;
    const { name } = effect;
    const category = effectCategory(name);
    Tags.of(this).add('foldstream:effect', name);
    const timeout = Duration.seconds(secondsOf(effect.timeout) + ownSeconds);
    this.delivery = queuesOf(this, {
      name: category,
      queueName: processName(stackNameOf(this), { category }),
      settings: { ...common.settings, maximumConcurrency: functionsAtOnce(effect, common.settings) },
      timeout,
      // One try for each call: so many functions at once are so many tries at once.
      batchSize: 1,
    });
    const { queue, deadLetters: deadLetterQueue } = this.delivery;
    rulesFor(this, 'Asked', {
      bus,
      description: `What is asked of ${name}.`,
      wanted: [{ category, types: startingTypes }],
      // Imported performances took place in their first home.
      only: { imported: false },
      targets: [new SqsQueue(queue, { deadLetterQueue })],
    });

    const own = effectSettings(common.settings.effects, name);
    const step = new Step(this, 'Effect', {
      ...common,
      step: effectStep(name),
      description: `Performs ${name} in the outside world.`,
      timeout,
      madeOf: `adapters/${name}.ts beside the manifest`,
    });
    step.addEnvironment('EFFECT', name);
    store.letPerform(step, effect);
    if (opensPersonal(effect)) keys?.letOpen(step);
    if (answersPersonal(effect)) keys?.letSeal(step);
    store.letReadSecret(step, 'digests');
    store.letReadSecret(step, 'proofs');
    step.may(['sqs:SendMessage'], [queue.queueArn]);
    this.letReach(step, own, common);
    letReceive(this, step, this.delivery);
    alarmOnLine(step, {
      id: 'CircuitOpen',
      message: 'The circuit of a provider is open.',
      alarmDescription:
        'The provider of an effect failed several times in a row and is asked no more, except by one probe from time to time: foldstream effects says which, and which performances wait.',
    });

    const prefix = pascal(category);
    outputs(this, `${prefix}Names`, { [`${prefix}Function`]: step.functionName });
    deliveryOutputs(this, prefix, this.delivery);
  }

  /** Its own secrets, senders, network and rights, and no others. */
  private letReach(step: Step, own: EffectSettings, { settings }: Common): void {
    const { name, secrets = [] } = this.effect;
    const names = Object.fromEntries(secrets.map((secret) => [secret, own.secrets[secret] ?? `{environment}/${secret}`]));
    step.addEnvironment('SECRETS', JSON.stringify(names));
    letReadTeamSecrets(step, Object.values(names), settings);
    for (const from of own.mailFrom) this.letMail(step, from);
    for (const { actions, resources } of own.may) step.may(actions, resources);
    const cfn = step.node.defaultChild as CfnFunction;
    cfn.memorySize = own.memoryMegabytes;
    if (!own.network) return;
    cfn.vpcConfig = { subnetIds: own.network.subnets, securityGroupIds: own.network.securityGroups };
    // Lambda makes the interfaces in the function's name; these actions know no resources.
    step.may(['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'], ['*']);
    accept(step.role!, {
      'IAM5[Resource::*]': `${name} is in a network of the team's own: the actions by which Lambda makes interfaces know no resources.`,
    });
  }

  /** SES asks for the right to the identity that it has verified: the address, or its domain. */
  private letMail(step: Step, from: string): void {
    const identity = (resourceName: string) => Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName });
    step.may(['ses:SendEmail'], [identity(from), identity(from.split('@')[1]!)], { StringEquals: { 'ses:FromAddress': from } });
  }
}
