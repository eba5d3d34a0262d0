import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarmOnLine } from './alarm.ts';
import { accept, output } from './notes.ts';
import type { Settings } from './stage.ts';
import type { Step } from './step.ts';
import { Users } from './users.ts';

// Neither paths (they carry ids) nor addresses: these lines are kept for operators, and tell no person's doings.
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
};

/** The public door: an HTTP API whose routes ask for a token, all but those that are opened on purpose. */
export class Api extends Construct {
  private readonly http: HttpApi;
  private readonly integrations = new Map<Step, HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, { settings }: Readonly<{ settings: Settings }>) {
    super(scope, id);
    const { pool, client } = new Users(this, 'Users', { settings });
    this.http = new HttpApi(this, 'Http', {
      createDefaultStage: false,
      defaultAuthorizer: new HttpUserPoolAuthorizer('Tokens', pool, { userPoolClients: [client] }),
    });
    const log = new LogGroup(this, 'AccessLog', { retention: settings.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      autoDeploy: true,
      throttle: { rateLimit: 500, burstLimit: 1000 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(accessLog)),
      },
    });
    output(this, 'ApiUrl', stage.url);
    output(this, 'ApiId', this.http.apiId);
  }

  /** A route that asks for a token. */
  route(method: 'GET' | 'POST', path: string, step: Step): void {
    this.add(method, path, step);
  }

  /** A route for everybody. */
  openRoute(method: 'GET' | 'POST', path: string, step: Step): void {
    for (const route of this.add(method, path, step, new HttpNoneAuthorizer()))
      accept(route, { APIG4: 'Whether the service is well may be asked by anybody; the answer holds nothing else.' });
  }

  private integrate(step: Step): HttpLambdaIntegration {
    // A function that answers 500 has not thrown; and a 503 that asks to come again is an answer, no failure.
    alarmOnLine(step, {
      id: 'Failed',
      message: 'Failed.',
      alarmDescription: 'A request was answered with 500: the log says why, under the correlation id of the answer.',
    });
    const integration = new HttpLambdaIntegration(step.node.id, step);
    this.integrations.set(step, integration);
    return integration;
  }

  private add(method: 'GET' | 'POST', path: string, step: Step, authorizer?: IHttpRouteAuthorizer) {
    const integration = this.integrations.get(step) ?? this.integrate(step);
    return this.http.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizer });
  }
}
