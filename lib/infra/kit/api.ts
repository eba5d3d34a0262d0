import { Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { SignIn } from '../../core/operate/console.ts';
import type { Limits } from '../../core/settings/limits.ts';
import { answerHeaders, requestHeaders } from '../../engine/headers.ts';
import { alarmOnLine, alarmOnLog, moreThan } from './alarm.ts';
import { named } from './domain.ts';
import { accept, output, vendedLogName } from './outputs.ts';
import type { Settings } from './stage.ts';
import type { Step } from './step.ts';
import { tokensOf } from './tokens.ts';

// Neither paths (they contain ids) nor addresses: these lines are for operators, and contain no personal data.
const accessLog = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  bytes: '$context.responseLength',
  gateway: '$context.error.message',
  authorizer: '$context.authorizer.error',
  integration: '$context.integrationErrorMessage',
  // Lambda's own status, not the function's: 200 unless the function could not be called.
  lambda: '$context.integrationStatus',
};

/** A method that the gateway can have routes of, but `OPTIONS`. */
type Method = Exclude<keyof typeof HttpMethod, 'ANY' | 'OPTIONS'>;

/** For a variable of a path, the words that may stand in its place. */
type Words = Readonly<Record<string, readonly string[]>>;

/** A path, and the same with words in the place of its variables. */
const pathsOf = (path: string, words: Words): readonly string[] => [
  path,
  ...Object.entries(words).flatMap(([variable, all]) =>
    path.includes(`{${variable}}`) ? all.map((word) => path.replace(`{${variable}}`, word)) : [],
  ),
];

/** The HTTP API. Its routes ask for a token, except those opened on purpose. */
export class Api extends Construct {
  readonly http: HttpApi;
  readonly stage: HttpStage;
  /** The address of the API, with a slash at the end. */
  readonly address: string;
  /** How people sign in to the console. */
  readonly signIn: SignIn;
  private readonly integrations = new Map<Step, HttpLambdaIntegration>();
  private readonly limits: Record<string, Readonly<{ ThrottlingRateLimit: number; ThrottlingBurstLimit: number }>> = {};
  private readonly settings: Settings;
  private readonly named = new Set<string>();
  private readonly claims: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { settings, roles }: Readonly<{ settings: Settings; roles: readonly string[] }>) {
    super(scope, id);
    const { domain, localCloud } = settings;
    // The API itself is there before its routes, which wait for the users.
    const own = Lazy.string({
      produce: () => (localCloud === undefined ? this.stage.url : `${localCloud}/_aws/execute-api/${this.http.apiId}/`),
    });
    const addresses = domain ? [`https://${domain.name}/`, own] : [own];
    this.address = addresses[0]!;
    const { authorizer, claims, signIn } = tokensOf(this, { settings, roles, addresses });
    this.claims = claims;
    this.signIn = signIn;
    this.http = new HttpApi(this, 'Http', {
      createDefaultStage: false,
      // The gateway answers the browsers' questions itself, so no function runs for them. Cookies are never sent: tokens travel in a header.
      ...(settings.cors && {
        corsPreflight: {
          allowOrigins: [...settings.cors.origins],
          allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
          allowHeaders: [...requestHeaders],
          exposeHeaders: Object.keys(answerHeaders),
          maxAge: Duration.seconds(settings.cors.maxAgeSeconds),
        },
      }),
      defaultAuthorizer: authorizer,
    });
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: vendedLogName(this, 'apis', 'access'),
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.settings = settings;
    const { api, routes } = settings.limits;
    // A limit of a route that is not there would limit nothing.
    this.node.addValidation({
      validate: () =>
        Object.keys(routes)
          .filter((route) => !this.named.has(route))
          .map((route) => `limits.routes names '${route}', which is no route of this API.`),
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      autoDeploy: true,
      throttle: { rateLimit: api.rate, burstLimit: api.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(accessLog)),
      },
    });
    this.alarms(log, settings);
    (this.stage.node.defaultChild as CfnStage).routeSettings = Lazy.any({ produce: () => this.limits });
    if (domain) named(this, domain, this);
    output(this, 'ApiUrl', domain ? this.address : this.stage.url);
    output(this, 'ApiId', this.http.apiId);
  }

  /** A route that asks for a token. Where a word in the place of a variable has limits of its own, it has a route of its own, too. */
  route(method: Method, path: string, step: Step, words: Words = {}): void {
    const { routes } = this.settings.limits;
    for (const each of pathsOf(path, words).filter((one) => one === path || routes[`${method} ${one}`]))
      this.limit(`${method} ${each}`, this.add(method, each, step));
  }

  /** A route without a token, and the reason. It has a limit of its own, so that such callers cannot use up the limit of the whole API. */
  openRoute(method: 'GET' | 'POST', path: string, step: Step, why: string): void {
    const added = this.add(method, path, step, new HttpNoneAuthorizer());
    for (const route of added) accept(route, { APIG4: why });
    this.limit(`${method} ${path}`, added, this.settings.limits.open);
  }

  private limit(key: string, added: readonly HttpRoute[], usual?: Limits['open']): void {
    this.named.add(key);
    const { rate = usual?.rate, burst = usual?.burst } = this.settings.limits.routes[key] ?? {};
    if (rate === undefined || burst === undefined) return;
    this.limits[key] = { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
    // A stage accepts no limit for a route that does not exist yet.
    this.stage.node.addDependency(...added);
  }

  /** The largest bodies of routes that have a limit of their own, in bytes. */
  private bodyLimits(): string | undefined {
    const limits = Object.entries(this.settings.limits.routes).flatMap(([route, { bodyKilobytes }]) =>
      bodyKilobytes === undefined ? [] : [[route, bodyKilobytes * 1_024]],
    );
    return limits.length === 0 ? undefined : JSON.stringify(Object.fromEntries(limits));
  }

  private alarms(log: LogGroup, { tls }: Pick<Settings, 'tls'>): void {
    alarmOnLog(this, log, {
      id: 'TurnedAway',
      filterPattern: FilterPattern.literal('{ $.status = "429" && $.lambda = "-" }'),
      alarmDescription: 'The API turned requests away (429): more came at once than its stage, or the account, lets through.',
    });
    const failures = ['500', '502', '503', '504'].map((status) => `$.status = "${status}"`).join(' || ');
    alarmOnLog(this, log, {
      id: 'Unreachable',
      filterPattern: FilterPattern.literal(`{ (${failures}) && ($.lambda != "200") }`),
      alarmDescription:
        'The API could not call a function and answered for it, as when functions are throttled: its access log says which route.',
    });
    // A local cloud takes no alarm on an expression.
    if (!tls) return;
    // A single 503 may ask the caller to retry; one of twenty requests failing for a quarter of an hour is a fault.
    new MathExpression({
      expression: '100 * failed / asked',
      usingMetrics: {
        failed: this.http.metricServerError({ statistic: 'Sum' }),
        asked: this.http.metricCount({ statistic: 'Sum' }),
      },
      label: 'Answers with 5xx in percent',
      period: Duration.minutes(5),
    }).createAlarm(this, 'Failures', {
      alarmDescription:
        'More than one of twenty requests was answered with 5xx for a quarter of an hour: the access log says which routes.',
      ...moreThan(5),
      evaluationPeriods: 3,
    });
  }

  private integrate(step: Step): HttpLambdaIntegration {
    // A function that answers 500 has not thrown; a 503 asks for a retry, and is no failure.
    alarmOnLine(step, {
      id: 'Answered500',
      message: 'Failed.',
      alarmDescription: 'A request was answered with 500: the log says why, under the correlation id of the answer.',
    });
    step.addEnvironment('CALLER_RATE', String(this.settings.callerRate));
    const bodies = this.bodyLimits();
    if (bodies !== undefined) step.addEnvironment('BODY_LIMITS', bodies);
    for (const [name, claim] of Object.entries(this.claims)) step.addEnvironment(name, claim);
    const integration = new HttpLambdaIntegration(step.node.id, step);
    this.integrations.set(step, integration);
    return integration;
  }

  private add(method: Method, path: string, step: Step, authorizer?: IHttpRouteAuthorizer) {
    const integration = this.integrations.get(step) ?? this.integrate(step);
    return this.http.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizer });
  }
}
