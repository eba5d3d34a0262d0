import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code as Bundle, Function as LambdaFunction, LoggingFormat, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Bundles, withoutKeysStep } from '../code/bundle.ts';
import { alarmOnFailures } from './alarm.ts';
import { accept } from './outputs.ts';
import type { Settings } from './stage.ts';

/** The functions' bundles, and for each revision of a view the hash of the code that makes its rows. */
export type Code = Readonly<{
  steps: Bundles;
  rows: Readonly<Record<string, string>>;
}>;

/** Props of every construct of the pipeline. */
export type Common = Readonly<{ code: Code; settings: Settings }>;

type Asynchronous = Readonly<{ retryAttempts: number; maxEventAge: Duration }>;

/**
 * For calls of a schedule: a failed run is not retried and a late one is dropped, since the next call comes anyway. By default Lambda retries twice,
 * and keeps throttled calls for six hours.
 */
export const calledAgain: Asynchronous = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };

/** The waits of Lambda before its second and third run, one minute and two, and some more. */
const betweenRuns = Duration.minutes(4);

/**
 * For calls of CloudFormation, which calls once and then waits for `serviceTimeout`. A failed run is retried twice, a throttled one starts when it
 * can. No run starts so late that it would still run after CloudFormation has given up and deploys something else.
 */
export const calledOnce = (timeout: Duration): Readonly<{ asynchronous: Asynchronous; serviceTimeout: Duration }> => {
  const maxEventAge = Duration.seconds(2 * timeout.toSeconds()).plus(betweenRuns);
  return { asynchronous: { retryAttempts: 2, maxEventAge }, serviceTimeout: maxEventAge.plus(timeout) };
};

type StepProps = Common &
  Readonly<{
    step: string;
    description: string;
    /** True if it appends personal values: its code then has the client of KMS. */
    seals?: boolean;
    /** The default is the timeout of a function that answers requests. */
    timeout?: Duration;
    /** The functions at once that are kept for it, of which there are never more. */
    reserved?: number | undefined;
    /** Says where the code of the step is made of, if it is not a file of `functions`. */
    madeOf?: string;
    /** Lambda's retries of asynchronous calls. */
    asynchronous?: Asynchronous;
  }>;

const toAnswer = Duration.seconds(15);

/** One function of the pipeline: it may write its own log, and nothing else until a resource lets it. */
export class Step extends LambdaFunction {
  constructor(
    scope: Construct,
    id: string,
    { code, settings, step, description, seals = false, timeout = toAnswer, reserved, madeOf, asynchronous }: StepProps,
  ) {
    const bundle = (seals ? undefined : code.steps[withoutKeysStep(step)]) ?? code.steps[step];
    if (!bundle) throw new Error(`There is no bundle for the step '${step}': ${madeOf ?? `functions/${step}.ts`} is missing.`);
    // Not the managed policy for logs, which covers every log of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Logs are not durable data: they are deleted with the stack.
    const logGroup = new LogGroup(scope, `${id}Log`, { retention: settings.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    super(scope, id, {
      description,
      code: Bundle.fromAsset(bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: settings.architecture,
      // A function's processor grows with its memory; this is where importing the bundle stops to be the larger part of a cold start.
      memorySize: 1024,
      timeout,
      role,
      logGroup,
      // The platform's lines as JSON too; its START, END and REPORT of runs that went well say nothing that its metrics do not, and would be paid for.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      ...asynchronous,
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      environment: { NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: step },
    });
    logGroup.grantWrite(role);
    alarmOnFailures(this);
  }

  /** Lets the function read CloudWatch's figures. Of metrics there are no smaller rights. */
  mayReadMetrics(): void {
    this.may(['cloudwatch:GetMetricData'], ['*']);
    accept(this.role!, { 'IAM5[Resource::*]': 'cloudwatch:GetMetricData knows no resources; it reads figures, never data.' });
  }

  /** Grants actions on resources, under conditions: for the methods that set the variable as well. */
  may(actions: readonly string[], resources: readonly string[], conditions?: Readonly<Record<string, object>>): void {
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }));
  }
}
