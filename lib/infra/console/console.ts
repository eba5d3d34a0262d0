import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ConsoleConfig, SignIn } from '../../core/operate/console.ts';
import type { Api } from '../kit/api.ts';
import { output, stackNameOf } from '../kit/outputs.ts';
import { isProtected, type Settings } from '../kit/stage.ts';
import { type Common, Step } from '../kit/step.ts';

const why =
  'The files of the console are the same for everybody and hold no data: whoever opens them signs in before anything is shown.';

/** The origins that the page calls beside its own, to sign in. */
const originsOf = (signIn: SignIn, { issuer, localCloud }: Settings): readonly string[] => {
  if (signIn.kind === 'oidc')
    return [...new Set([signIn.issuer, ...(issuer?.console?.origins ?? [])].map((url) => new URL(url).origin))];
  if (signIn.kind === 'paste') return [];
  return localCloud === undefined ? [signIn.token.replace(/\/oauth2\/token$/, '')] : [];
};

/** The path of the API: a local cloud has all APIs at one address. */
const rootOf = ({ http }: Api, { localCloud }: Settings): string =>
  localCloud === undefined ? '/' : `/_aws/execute-api/${http.apiId}/`;

type Props = Common & Readonly<{ api: Api; erasers: readonly string[] | undefined }>;

/** GET /console and what is below it: the operators' console, as files. Its function has no rights at all, but to write its log. */
export class Console extends Construct {
  constructor(scope: Construct, id: string, { api, erasers, ...common }: Props) {
    super(scope, id);
    const { settings } = common;
    const step = new Step(this, 'Console', { ...common, step: 'console', description: "Answers with the console's files." });
    const stack = Stack.of(this);
    const config: ConsoleConfig = {
      app: settings.app,
      stage: settings.stage,
      stack: stackNameOf(this),
      region: stack.region,
      isProtected: isProtected(settings),
      isLocal: settings.localCloud !== undefined,
      rolesClaim: settings.issuer?.rolesClaim ?? 'cognito:groups',
      ...(erasers && { erasers }),
      signIn: api.signIn,
    };
    step.addEnvironment(
      'CONSOLE',
      stack.toJsonString({ config, root: rootOf(api, settings), origins: originsOf(api.signIn, settings) }),
    );
    for (const path of ['/console', '/console/{proxy+}']) api.openRoute('GET', path, step, why);
    output(this, 'ConsoleUrl', `${api.address}console`);
    output(this, 'ConsoleFunction', step.functionName);
  }
}
