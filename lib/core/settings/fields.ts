import * as z from 'zod';
import { consumersSetting, reservedSetting } from './concurrency.ts';
import { corsIn, corsSetting } from './cors.ts';
import { domainSetting } from './domain.ts';
import { effectsSetting } from './effects.ts';
import type { Field, Keeps } from './field.ts';
import { limitsSetting } from './limits.ts';
import { issuerFlags, issuerIn, issuerSetting, machinesIn, machinesSetting } from './tokens.ts';

const topicArn = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/;
const tableName = /^[\w.-]{3,255}$/;
const poolId = /^[\w-]+_[0-9A-Za-z]+$/;

/** The days that CloudWatch Logs can keep lines for. */
const days = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const flag = z.boolean();
const yesOrNo = { is: 'true or false', use: '<true or false>' };
const whole = (least: number, most: number, is: string) => ({
  schema: z.int().min(least).max(most),
  is,
  use: `<a whole number from ${least} to ${most}>`,
});
const keyArn = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;
const existingTable = { schema: z.string().regex(tableName), is: 'the name of a table', use: '<that of an existing one>' };

const tagsIn = (text: string): unknown => {
  const pairs = text.split(',').map((tag) => /^([^=]+)=(.*)$/.exec(tag));
  return pairs.some((pair) => pair === null) ? text : Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]));
};

/** How a commit is stored: `plain`, with an attribute for each of its values, as before 2026-12, or `packed` into one. Both are read, always.
 * @example const form: CommitForm = 'packed';
 */
export type CommitForm = 'plain' | 'packed';

/**
 * Every setting of a deployment. Each is declared here and nowhere else: its schema, its usual value, and how it is explained when it is wrong.
 * A settings file gives it for the whole project or for one environment, `-c <setting>=<value>` for one deployment.
 * @example fields.callerRate.usual; // 50
 */
export const fields = {
  /** The first part of the stack's name: `<app>-<environment>`. */
  app: {
    schema: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/),
    is: 'a name for stacks',
    use: '<1 to 40 letters, digits or hyphens, beginning with a letter>',
    usual: 'foldstream',
  },
  /** The version in the API's description: a team raises it as it sees fit. */
  apiVersion: {
    schema: z.string().min(1).max(40),
    is: 'a version',
    use: '<1 to 40 characters>',
    usual: '1.0.0',
  },
  /** `GET /openapi.json` and `GET /docs` describe the API to anybody. */
  describe: { schema: flag, ...yesOrNo, usual: true },
  /** The console, under `/console` of the API. */
  console: { schema: flag, ...yesOrNo, usual: true },
  /** Commits, control data, users and failed batches stay when the stack is removed. Derived data is destroyed in every environment. */
  retain: { schema: flag, ...yesOrNo, usual: false },
  /** Deletion protection of tables and users, and termination protection of the stack. Needs `retain`. */
  protect: { schema: flag, ...yesOrNo, usual: false },
  /** The SNS topic for all alarms, or `own` for a topic in the stack itself. A protected environment needs one. */
  alarmTopic: {
    schema: z.union([z.literal('own'), z.string().regex(topicArn)]),
    is: 'an SNS topic',
    use: "arn:aws:sns:<region>:<account>:<topic>, a standard topic in the stack's own region, or -c alarmTopic=own",
  },
  /** How many days the logs are kept. Usually 90 where data is retained, 7 elsewhere. */
  logDays: {
    schema: z.literal(days),
    is: 'a number of days that CloudWatch keeps logs for',
    use: `<one of ${days.join(', ')}>`,
    usual: ({ retain }: Keeps) => (retain ? 90 : 7),
  },
  /** Users may sign in with a plain password and without a second factor: for demos and tests. Usually only where nothing is retained. */
  demoSignIn: { schema: flag, ...yesOrNo, usual: ({ retain }: Keeps) => !retain },
  /** The OIDC issuer whose tokens the API takes, in the place of a user pool of the deployment's own; and the claims that name callers and their roles. */
  issuer: {
    schema: issuerSetting,
    is: 'an issuer of tokens',
    use: 'https://id.example.com -c audience=<the aud of its tokens for this API>',
    text: issuerIn,
    flags: issuerFlags,
  },
  /** Services with tokens of their own, as clients of the deployment's user pool, and the roles of each. */
  machines: {
    schema: machinesSetting,
    is: 'a list of machines',
    use: '<name>:<role>,<name>:<role>+<role>',
    usual: {},
    text: machinesIn,
  },
  /** The web pages of other origins that may call the API. Without it none may. */
  cors: { schema: corsSetting, is: 'a list of origins', use: 'https://app.example.com', text: corsIn },
  /** The limits of the API's gateway, and of single routes, each with its reason. */
  limits: {
    schema: limitsSetting,
    is: 'a set of limits',
    use: '\'{"api":{"rate":500,"burst":1000}}\'',
    usual: limitsSetting.parse({}),
  },
  /** A name of the team's own for the API. */
  domain: {
    schema: domainSetting,
    is: 'a domain of the API',
    use: '\'{"name":"api.example.com","certificateArn":"arn:aws:acm:<region>:<account>:certificate/<id>"}\'',
  },
  /** What the functions of effects may reach: by the effect's name, its secrets, its senders of mail, its network and further rights. */
  effects: {
    schema: effectsSetting,
    is: 'a set of effects',
    use: '\'{"chargeCard":{"secrets":{"key":"payments/key"}}}\'',
    usual: {},
  },
  /** The rate limit of one caller in each instance of a function (requests a second; the burst is four times as many). The next one gets 429. */
  callerRate: { schema: z.int().min(1), is: 'a number of requests a second', use: '50', usual: 50 },
  /**
   * The most concurrent functions of a consumer's queue. Without a limit one queue may use the account's whole concurrency, and commands are
   * throttled. A batch of ten takes a function some 50 ms, so twenty of them take some 4,000 commits a second, more than a view is sent.
   */
  maximumConcurrency: { ...whole(2, 1_000, 'a valid limit of functions for one queue'), usual: 20 },
  /** The account's concurrency limit in the region: 1,000, but 10 in a new account. */
  accountConcurrency: { ...whole(10, 1_000_000, "a valid limit of an account's functions"), usual: 1_000 },
  /** Consumers that need more functions at once than the others, or must do with fewer: each with its reason. */
  consumers: {
    schema: consumersSetting,
    is: 'a set of consumers',
    use: '\'{"event-log":{"why":"nobody waits for it","maximumConcurrency":5}}\'',
    usual: {},
  },
  /**
   * Functions at once that no other function can take, by kind. Usually none: a reservation is a ceiling too, it is taken from all others, and AWS keeps 100
   * unreserved, so that an account with a limit of 100 or less can reserve none.
   */
  reserved: {
    schema: reservedSetting,
    is: 'a set of reservations',
    use: '\'{"commands":50,"queries":50,"publisher":20}\'',
    usual: {},
  },
  /** The most rules that AWS allows on one bus in the region: 300, and 100 in some regions. */
  busRules: { ...whole(1, 100_000, 'a valid limit of rules on a bus'), usual: 300 },
  /**
   * How many seconds a warm function keeps the keys of personal values. For so long after an erasure a function may still open them, and a command be taken
   * whose values nobody can read. A longer time saves requests to KMS.
   */
  keySeconds: { ...whole(1, 3_600, 'a number of seconds for which keys are kept'), usual: 60 },
  /**
   * How new commits are stored. `packed` makes them smaller, and releases of before 2026-12 cannot read it: set it once none of their functions is left, nor
   * would come back by a rollback. Both forms are read by every release since, so that it may be set back at any time.
   */
  commitForm: {
    schema: z.enum(['plain', 'packed']) satisfies z.ZodType<CommitForm>,
    is: 'a form of commits',
    use: '<plain or packed>',
    usual: 'plain',
  },
  /** For engines that cannot run ARM images. */
  architecture: { schema: z.enum(['arm64', 'x86_64']), is: 'an architecture', use: '<arm64 or x86_64>', usual: 'arm64' },
  /** A team's own tags of everything in the stack. */
  tags: {
    schema: z.record(z.string().min(1), z.coerce.string()),
    is: 'a list of tags',
    use: '<key>=<value>,<key>=<value>',
    usual: {},
    text: tagsIn,
  },
  /** Resources that are older than the stack and used instead of its own: tables by name, the user pool by id. */
  commitsTable: existingTable,
  controlTable: existingTable,
  deadlinesTable: existingTable,
  publicEventsTable: existingTable,
  keysTable: existingTable,
  /** The key of KMS that wrapped the keys in `keysTable`: one is of no use without the other. */
  subjectsKey: {
    schema: z.string().regex(keyArn),
    is: 'the ARN of a key of KMS',
    use: 'arn:aws:kms:<region>:<account>:key/<id>',
  },
  userPool: { schema: z.string().regex(poolId), is: 'the id of a user pool', use: '<that of an existing one>' },
  /** The domain of that pool, where people sign in to the console. A pool has one, so that none is made for a pool of before. */
  userPoolDomain: {
    schema: z.url({ protocol: /^https$/ }).regex(/^https:\/\/[^/?#]+$/),
    is: "the address of a user pool's domain",
    use: 'https://<prefix>.auth.<region>.amazoncognito.com',
  },
} as const satisfies Readonly<Record<string, Field>>;
