import { Construct } from 'constructs';
import { unroutedMethods, unroutedPath } from '../../engine/headers.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { isProtected } from '../kit/stage.ts';
import { type Common, Step } from '../kit/step.ts';

/**
 * GET /openapi.json and GET /docs: the API's description, for tools and for people. Requests that fit no other route are answered by it too, since it knows
 * which methods a path takes. Its function has no rights at all, but to write its log.
 */
export class Description extends Construct {
  constructor(scope: Construct, id: string, { api, ...common }: Common & Readonly<{ api: Api }>) {
    super(scope, id);
    const step = new Step(this, 'Describe', { ...common, step: 'describe', description: "Answers with the API's description." });
    step.addEnvironment('API_TITLE', common.settings.app);
    step.addEnvironment('API_VERSION', common.settings.apiVersion);
    if (isProtected(common.settings)) step.addEnvironment('PROTECTED', 'true');
    if (!common.settings.console) step.addEnvironment('WITHOUT_CONSOLE', 'true');
    const why =
      'What the API can do is not secret, and whoever writes a client reads it first; the setting `describe` turns it off.';
    for (const path of ['/openapi.json', '/docs']) api.openRoute('GET', path, step, why);
    // With a token: the gateway itself turns everybody else away, at no cost. Without these routes it answers 404 to any method that a path does not take.
    for (const method of unroutedMethods) api.route(method, unroutedPath, step);
    output(this, 'DescribeFunction', step.functionName);
  }
}
