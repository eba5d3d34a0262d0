import * as z from 'zod';
import { secretFault } from '../effect/secret.ts';

const secretName = z.string().superRefine((name, { addIssue }) => {
  const fault = secretFault(name);
  if (fault !== undefined) addIssue(fault);
});

const ids = (form: RegExp, such: string) =>
  z
    .array(z.string().regex(form, `must be ids such as ${such}`))
    .min(1)
    .max(16);

/** Rights to what is neither a secret nor mail. Wildcards in actions would grant what nobody has read. */
const right = z.strictObject({
  actions: z
    .array(z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/, 'must be actions such as sns:Publish, without wildcards'))
    .min(1),
  resources: z.array(z.string().startsWith('arn:')).min(1),
});

const ofEffect = z.strictObject({
  /** The names under which the effect's secrets are kept. Usually `<environment>/<secret>` in Secrets Manager. */
  secrets: z.record(z.string(), secretName).default({}),
  /** The addresses that it may send mail from, by SES in the stack's region. */
  mailFrom: z.array(z.email()).default([]),
  /** Subnets and security groups of a network of the team's own; without it the function is on the internet. */
  network: z
    .strictObject({
      subnets: ids(/^subnet-[0-9a-f]+$/, 'subnet-0a1b2c3d'),
      securityGroups: ids(/^sg-[0-9a-f]+$/, 'sg-0a1b2c3d'),
    })
    .optional(),
  may: z.array(right).default([]),
  memoryMegabytes: z.int().min(128).max(10_240).default(1_024),
});

/** What the functions of effects may reach, by the effect's name. */
export const effectsSetting = z.record(z.string(), ofEffect);

/** What the function of one effect may reach.
 * @example const { network }: EffectSettings = settings.effects.chargeCard;
 */
export type EffectSettings = z.output<typeof ofEffect>;

/** The settings of an effect: the usual ones, if there are none of its own.
 * @example effectSettings({}, 'chargeCard').mailFrom; // []
 */
export const effectSettings = (all: Readonly<Record<string, EffectSettings>>, name: string): EffectSettings =>
  all[name] ?? ofEffect.parse({});
