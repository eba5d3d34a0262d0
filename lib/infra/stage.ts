import { RemovalPolicy } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { contextOf, type KeptTable, keptTables } from '../engine/kept-tables.ts';

const stages = ['dev', 'prod'] as const;
type Stage = (typeof stages)[number];

/** What is deployed cannot be deployed so: whoever gave the setting can mend it, and needs no stack trace. */
export class WrongSetting extends Error {
  override name = 'WrongSetting';
}

/** Everything that a stage decides, decided in one place. */
export type Settings = Readonly<{
  stage: Stage;
  /** Of what cannot be made again: commits, users. What is derived is destroyed in every stage. */
  removal: RemovalPolicy;
  protect: boolean;
  logRetention: RetentionDays;
  /** Users who sign in with a password sent as it is: for demos and tests, never for people. */
  demoSignIn: boolean;
  /** Queues and buckets refuse whoever does not use TLS. Off only for an engine on this machine that has none. */
  tls: boolean;
  /** Each view and process in a stack of its own, since one stack takes 500 resources. Off for engines that cannot update nested ones. */
  nested: boolean;
  architecture: Architecture;
  /** What was there before the stack, and takes the place of its own: tables by name, and the user pool by id. */
  adopt: Readonly<Partial<Record<KeptTable | 'userPool', string>>>;
  /** How many requests of one caller each instance of a function answers a second, and four times as many at once; the next one is 429. */
  callerRate: number;
  /** The SNS topic that hears of every alarm, and of its end. */
  alarmTopic?: string;
}>;

export const stageOf = (context: unknown): Stage => {
  const stage = stages.find((known) => known === (context ?? 'dev'));
  if (!stage) throw new WrongSetting(`There is no stage '${context}': use -c stage=${stages.join(' or -c stage=')}.`);
  return stage;
};

type Context = Readonly<{
  architecture?: unknown;
  plainHttp?: unknown;
  nested?: unknown;
  alarmTopic?: unknown;
  adopt?: Readonly<Partial<Record<KeptTable | 'userPool', unknown>>>;
  callerRate?: unknown;
}>;

const tableName = /^[\w.-]{3,255}$/;
const poolId = /^[\w-]+_[0-9A-Za-z]+$/;

/** The names of what is adopted, as the context of a deployment has them. */
export const adoptedIn = (context: (key: string) => unknown): NonNullable<Context['adopt']> =>
  Object.fromEntries([...keptTables.map((table) => [table, context(contextOf(table))]), ['userPool', context('userPool')]]);

const adopted = (names: NonNullable<Context['adopt']>): Settings['adopt'] =>
  Object.fromEntries(
    Object.entries(names).flatMap(([what, name]) => {
      if (name === undefined) return [];
      const [form, key] = what === 'userPool' ? [poolId, what] : [tableName, contextOf(what as KeptTable)];
      if (typeof name === 'string' && form.test(name)) return [[what, name]];
      throw new WrongSetting(
        `'${name}' is no ${what === 'userPool' ? 'id of a user pool' : 'name of a table'}: use -c ${key}=<the one that is there>.`,
      );
    }),
  );

const topicArn = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/;
const topicOf = (context: unknown): string => {
  if (typeof context === 'string' && topicArn.test(context)) return context;
  throw new WrongSetting(
    `'${context}' is no SNS topic: use -c alarmTopic=arn:aws:sns:<region>:<account>:<topic>, a standard topic in the stack's own region.`,
  );
};

const rateOf = (context: unknown): number => {
  const rate = Number(context);
  if (Number.isSafeInteger(rate) && rate >= 1) return rate;
  throw new WrongSetting(`'${context}' is no number of requests a second: use -c callerRate=50.`);
};

/** `architecture` is for engines that cannot run ARM images, `plainHttp` for those that know no TLS, `nested` for those that cannot update nested
 * stacks; on AWS leave all alone. */
export const settingsFor = (
  stage: Stage,
  { architecture = 'arm64', plainHttp, nested = true, alarmTopic, adopt = {}, callerRate = 50 }: Context = {},
): Settings => {
  const known = [Architecture.ARM_64, Architecture.X86_64].find(({ name }) => name === architecture);
  if (!known)
    throw new WrongSetting(`There is no architecture '${architecture}': use -c architecture=arm64 or -c architecture=x86_64.`);
  const tls = String(plainHttp) !== 'true';
  if (!tls && stage !== 'dev') throw new WrongSetting(`The stage ${stage} insists on TLS: leave -c plainHttp=true to dev.`);
  return {
    ...(stage === 'prod'
      ? { stage, removal: RemovalPolicy.RETAIN, protect: true, logRetention: RetentionDays.THREE_MONTHS, demoSignIn: false }
      : { stage, removal: RemovalPolicy.DESTROY, protect: false, logRetention: RetentionDays.ONE_WEEK, demoSignIn: true }),
    architecture: known,
    tls,
    nested: String(nested) !== 'false',
    adopt: adopted(adopt),
    callerRate: rateOf(callerRate),
    ...(alarmTopic !== undefined && { alarmTopic: topicOf(alarmTopic) }),
  };
};

/** A team's own tags of everything in the stack: `-c tags=team=payments,cost=42`, or an object in the context of cdk.json. */
export const tagsOf = (context: unknown = {}): readonly (readonly [key: string, value: string])[] => {
  if (typeof context === 'object' && context !== null) return Object.entries(context).map(([key, value]) => [key, String(value)]);
  return String(context)
    .split(',')
    .map((tag) => {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(tag) ?? [];
      if (!key || value === undefined) throw new WrongSetting(`'${tag}' is no tag: use -c tags=<key>=<value>,<key>=<value>.`);
      return [key, value] as const;
    });
};
