import { RemovalPolicy } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Field, WrongSetting } from '../../core/settings/field.ts';
import { fields } from '../../core/settings/fields.ts';
import {
  type EnvironmentSettings,
  environmentOf,
  environmentsOf,
  type ProjectSettings,
  usualSettings,
} from '../../core/settings/settings.ts';
import { contextOf, type KeptTable, keptTables } from '../../engine/deployment/kept-tables.ts';

/** Everything that a stage decides, as constructs take it: the settings of its environment, and what is said by `-c` alone. */
export type Settings = Omit<EnvironmentSettings, 'architecture' | 'retain' | 'logDays'> &
  Readonly<{
    /** The name of the environment. */
    stage: string;
    /** For durable resources: commits, users. Derived data is destroyed in every stage. */
    removal: RemovalPolicy;
    logRetention: RetentionDays;
    architecture: Architecture;
    /** Queues and buckets refuse requests without TLS. Off only for a local cloud, which has none. */
    tls: boolean;
    /** The address of the local cloud that it is deployed to: pages there are not at AWS's addresses. */
    localCloud?: string;
    /** Each view and process in a stack of its own, since one stack takes 500 resources. Off for engines that cannot update nested ones. */
    nested: boolean;
    /** Resources that are older than the stack and used instead of its own: tables by name, the user pool by id. */
    adopt: Readonly<Partial<Record<KeptTable | 'userPool' | 'keysTable' | 'subjectsKey', string>>>;
  }>;

/** A stage that keeps its data is protected: operators' changes must say why. */
export const isProtected = ({ removal }: Pick<Settings, 'removal'>): boolean => removal !== RemovalPolicy.DESTROY;

export const stageOf = (context: unknown, project: ProjectSettings = usualSettings): string => {
  const stages = environmentsOf(project);
  const stage = stages.find((known) => known === (context ?? 'dev'));
  if (!stage) throw new WrongSetting(`There is no stage '${context}': use -c stage=${stages.join(' or -c stage=')}.`);
  return stage;
};

/** What is said about one deployment alone, by `-c`. */
const ofOneDeployment = ['plainHttp', 'nested', 'first', 'localCloud'] as const;

type Context = Readonly<Record<string, unknown>>;

/** The settings in the context of a deployment. */
export const contextIn = (context: (key: string) => unknown): Context => {
  const flags = Object.values<Field>(fields).flatMap(({ flags = {} }) => Object.keys(flags));
  return Object.fromEntries([...Object.keys(fields), ...flags, ...ofOneDeployment].map((key) => [key, context(key)]));
};

/** The protection of durable resources: none, or once the stack exists. */
const protectionOf = ({ retain, protect }: EnvironmentSettings, first: boolean) => {
  if (!retain) return { removal: RemovalPolicy.DESTROY, protect: false };
  // A failed first deployment removes what it made, so that the next one begins from nothing.
  return first
    ? { removal: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, protect: false }
    : { removal: RemovalPolicy.RETAIN, protect };
};

const adoptedBy = (settings: EnvironmentSettings): Settings['adopt'] => ({
  ...Object.fromEntries(keptTables.map((table) => [table, settings[contextOf(table)]])),
  userPool: settings.userPool,
  keysTable: settings.keysTable,
  subjectsKey: settings.subjectsKey,
});

/**
 * The settings of a stage. `plainHttp` is for engines that know no TLS, `nested` for those that cannot update nested stacks; on AWS leave both
 * alone.
 */
export const settingsFor = (stage: string, context: Context = {}, project: ProjectSettings = usualSettings): Settings => {
  const { architecture, retain, logDays, ...settings } = environmentOf(project, stage, context);
  const { plainHttp, nested = true, first = false, localCloud } = context;
  const all = { architecture, retain, logDays, ...settings };
  const tls = String(plainHttp) !== 'true';
  if (!tls && retain)
    throw new WrongSetting(`The stage ${stage} requires TLS: use -c plainHttp=true only where nothing is retained, such as dev.`);
  if (tls && settings.issuer?.url.startsWith('http:'))
    throw new WrongSetting(
      `The issuer ${settings.issuer.url} has no TLS: API Gateway reads the keys of an issuer over https alone.`,
    );
  const isFirst = String(first) === 'true';
  if (isFirst && !retain)
    throw new WrongSetting(`The stage ${stage} has no protection: -c first=true is for stages that retain their data.`);
  if ((settings.keysTable === undefined) !== (settings.subjectsKey === undefined))
    throw new WrongSetting(
      'A keys table is of no use without the key of KMS that wrapped its keys: give both -c keysTable=<name> and -c subjectsKey=<its ARN>, or neither.',
    );
  if (settings.protect && settings.alarmTopic === undefined)
    throw new WrongSetting(
      `The stage ${stage} is protected, and needs an SNS topic for alarms: use -c alarmTopic=arn:aws:sns:<region>:<account>:<topic>, or give alarmTopic for it in the settings ('own' makes one in the stack).`,
    );
  return {
    ...settings,
    stage,
    ...protectionOf(all, isFirst),
    logRetention: logDays as number as RetentionDays,
    architecture: architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    tls,
    nested: String(nested) !== 'false',
    ...(localCloud !== undefined && !tls && { localCloud: String(localCloud) }),
    adopt: adoptedBy(all),
  };
};
