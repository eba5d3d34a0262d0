import { RemovalPolicy } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Cors, corsIn, corsSetting } from '../../core/settings/cors.ts';
import { contextOf, type KeptTable, keptTables } from '../../engine/deployment/kept-tables.ts';
import { lambda } from '../../engine/limits.ts';

const stages = ['dev', 'prod'] as const;
type Stage = (typeof stages)[number];

/** An invalid `-c` setting; printed without a stack trace. */
export class WrongSetting extends Error {
  override name = 'WrongSetting';
}

/** Everything that a stage decides, decided in one place. */
export type Settings = Readonly<{
  stage: Stage;
  /** For durable resources: commits, users. Derived data is destroyed in every stage. */
  removal: RemovalPolicy;
  protect: boolean;
  logRetention: RetentionDays;
  /** Users may sign in with a plain password: for demos and tests only. */
  demoSignIn: boolean;
  /** Queues and buckets refuse requests without TLS. Off only for a local cloud, which has none. */
  tls: boolean;
  /** Each view and process in a stack of its own, since one stack takes 500 resources. Off for engines that cannot update nested ones. */
  nested: boolean;
  architecture: Architecture;
  /** Resources that are older than the stack and used instead of its own: tables by name, the user pool by id. */
  adopt: Adopt<string>;
  /** The rate limit of one caller in each instance of a function (requests a second; the burst is four times as many). The next one gets 429. */
  callerRate: number;
  /**
   * The most concurrent functions of a consumer's queue. Without a limit one queue may use the account's whole concurrency, and commands are
   * throttled.
   */
  maximumConcurrency: number;
  /** The account's concurrency limit in the region: 1,000, but 10 in a new account. */
  accountConcurrency: number;
  /** The web pages of other origins that may call the API. Without it none may. */
  cors?: Cors;
  /** The SNS topic for all alarms. Required in prod. */
  alarmTopic?: string;
}>;

export const stageOf = (context: unknown): Stage => {
  const stage = stages.find((known) => known === (context ?? 'dev'));
  if (!stage) throw new WrongSetting(`There is no stage '${context}': use -c stage=${stages.join(' or -c stage=')}.`);
  return stage;
};

/** The settings by `-c`, beside the stage and the adopted resources. */
const keys = [
  'architecture',
  'plainHttp',
  'nested',
  'alarmTopic',
  'cors',
  'callerRate',
  'maximumConcurrency',
  'accountConcurrency',
  'first',
] as const;
type Adopt<T> = Readonly<Partial<Record<KeptTable | 'userPool', T>>>;
type Context = Readonly<Partial<Record<(typeof keys)[number], unknown>> & { adopt?: Adopt<unknown> }>;

/** The settings in the context of a deployment. */
export const contextIn = (context: (key: string) => unknown): Context => ({
  ...Object.fromEntries(keys.map((key) => [key, context(key)])),
  adopt: Object.fromEntries([
    ...keptTables.map((table) => [table, context(contextOf(table))]),
    ['userPool', context('userPool')],
  ]),
});

const tableName = /^[\w.-]{3,255}$/;
const poolId = /^[\w-]+_[0-9A-Za-z]+$/;

const adopted = (names: Adopt<unknown>): Adopt<string> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([what, name]) => {
      if (name === undefined) return [];
      const [form, key] = what === 'userPool' ? [poolId, what] : [tableName, contextOf(what as KeptTable)];
      if (typeof name === 'string' && form.test(name)) return [[what, name]];
      throw new WrongSetting(
        `'${name}' is not ${what === 'userPool' ? 'the id of a user pool' : 'the name of a table'}: use -c ${key}=<that of an existing one>.`,
      );
    }),
  );

/** A batch of ten takes a function some 50 ms, so twenty of them take some 4,000 commits a second: more than a view is sent. Fourteen such queues, as the reference application
 * has, keep at most 280 of an account's 1,000 functions busy. */
const usualConcurrency = 20;

const wholeNumber = (name: keyof Context, given: unknown, [least, most]: readonly [number, number], whose: string): number => {
  const number = Number(given);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new WrongSetting(`'${given}' is not a valid ${whose}: use -c ${name}=<a whole number from ${least} to ${most}>.`);
};

const topicArn = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/;
const topicOf = (context: unknown): string => {
  if (typeof context === 'string' && topicArn.test(context)) return context;
  throw new WrongSetting(
    `'${context}' is not an SNS topic: use -c alarmTopic=arn:aws:sns:<region>:<account>:<topic>, a standard topic in the stack's own region.`,
  );
};

const corsOf = (context: unknown): Cors => {
  const result = corsSetting.safeParse(typeof context === 'string' ? corsIn(context) : context);
  if (result.success) return result.data;
  throw new WrongSetting(`Invalid cors: ${result.error.issues[0]?.message}. Use -c cors=https://app.example.com.`);
};

const rateOf = (context: unknown): number => {
  const rate = Number(context);
  if (Number.isSafeInteger(rate) && rate >= 1) return rate;
  throw new WrongSetting(`'${context}' is not a number of requests a second: use -c callerRate=50.`);
};

/** The protection of durable resources: none in dev; in prod once the stack exists. */
const protectionOf = (stage: Stage, first: boolean) => {
  if (stage !== 'prod') return { removal: RemovalPolicy.DESTROY, protect: false };
  // A failed first deployment removes what it made, so that the next one begins from nothing.
  return first
    ? { removal: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, protect: false }
    : { removal: RemovalPolicy.RETAIN, protect: true };
};

/** `architecture` is for engines that cannot run ARM images, `plainHttp` for those that know no TLS, `nested` for those that cannot update nested
 * stacks; on AWS leave all alone. */
export const settingsFor = (
  stage: Stage,
  {
    architecture = 'arm64',
    plainHttp,
    nested = true,
    alarmTopic,
    cors,
    maximumConcurrency = usualConcurrency,
    accountConcurrency = 1_000,
    first = false,
    adopt = {},
    callerRate = 50,
  }: Context = {},
): Settings => {
  const known = [Architecture.ARM_64, Architecture.X86_64].find(({ name }) => name === architecture);
  if (!known)
    throw new WrongSetting(`There is no architecture '${architecture}': use -c architecture=arm64 or -c architecture=x86_64.`);
  const tls = String(plainHttp) !== 'true';
  if (!tls && stage !== 'dev') throw new WrongSetting(`The stage ${stage} requires TLS: use -c plainHttp=true only for dev.`);
  const isFirst = String(first) === 'true';
  if (isFirst && stage !== 'prod') throw new WrongSetting(`The stage ${stage} has no protection: -c first=true is for prod.`);
  if (stage === 'prod' && alarmTopic === undefined)
    throw new WrongSetting(
      'Prod needs an SNS topic for alarms: use -c alarmTopic=arn:aws:sns:<region>:<account>:<topic>, or put alarmTopic into the context of cdk.json.',
    );
  return {
    stage,
    ...protectionOf(stage, isFirst),
    ...(stage === 'prod'
      ? { logRetention: RetentionDays.THREE_MONTHS, demoSignIn: false }
      : { logRetention: RetentionDays.ONE_WEEK, demoSignIn: true }),
    architecture: known,
    tls,
    nested: String(nested) !== 'false',
    adopt: adopted(adopt),
    callerRate: rateOf(callerRate),
    maximumConcurrency: wholeNumber(
      'maximumConcurrency',
      maximumConcurrency,
      lambda.queueConcurrency,
      'limit of functions for one queue',
    ),
    accountConcurrency: wholeNumber('accountConcurrency', accountConcurrency, [10, 1_000_000], "limit of an account's functions"),
    ...(cors !== undefined && { cors: corsOf(cors) }),
    ...(alarmTopic !== undefined && { alarmTopic: topicOf(alarmTopic) }),
  };
};

/** Consumers may use at most half of the account's concurrency: the rest is for commands and queries. */
export const leaveRoom = (
  { maximumConcurrency, accountConcurrency }: Pick<Settings, 'maximumConcurrency' | 'accountConcurrency'>,
  consumers: number,
): void => {
  const most = Math.floor(accountConcurrency / 2);
  if (consumers * maximumConcurrency <= most) return;
  throw new WrongSetting(
    `${consumers} consumers with up to ${maximumConcurrency} functions each may keep ${consumers * maximumConcurrency} busy at once. They may use ${most} of the account's ${accountConcurrency}, so that some are left for commands: use -c maximumConcurrency=${Math.max(2, Math.floor(most / consumers))}, or have AWS raise the account's limit and pass it by -c accountConcurrency=<limit>.`,
  );
};

/** A team's own tags of everything in the stack: `-c tags=team=payments,cost=42`, or an object in the context of cdk.json. */
export const tagsOf = (context: unknown = {}): readonly (readonly [key: string, value: string])[] => {
  if (typeof context === 'object' && context !== null) return Object.entries(context).map(([key, value]) => [key, String(value)]);
  return String(context)
    .split(',')
    .map((tag) => {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(tag) ?? [];
      if (!key || value === undefined) throw new WrongSetting(`'${tag}' is not a tag: use -c tags=<key>=<value>,<key>=<value>.`);
      return [key, value] as const;
    });
};
