import { isPublic } from '../../core/access.ts';
import type { Demo } from '../../core/demo.ts';
import { exampleOf } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import { kebab } from '../../core/stream.ts';
import type { Step } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { type Deployment, demoToken } from './deployment.ts';
import { subjectOf } from './token-subject.ts';

/** The path of a demo's command, with the id of the user whom the token names in the place of `{me}`. */
export const pathFor = (post: string, token: string): string =>
  post.includes('{me}') ? post.replace('{me}', subjectOf(token, 'The token of a demo user')) : post;

/** Sends an application's demo history, through the public API as anybody would make it. Each command has a key, so that a second start repeats nothing. */
export const seed = (deployment: Deployment, { seed: story }: Demo, step: Step): Promise<void> =>
  step('Seeding a little history', async () => {
    const tokens = { customer: await demoToken(deployment, 'customer'), operator: await demoToken(deployment, 'operator') };
    for (const [i, { as, post, body }] of story.entries()) {
      const response = await fetch(`${deployment.api}${pathFor(post, tokens[as])}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens[as]}`,
          'content-type': 'application/json',
          'idempotency-key': `seed-${i + 1}`,
        },
        body: JSON.stringify(body),
      });
      if (!response.ok)
        throw new UserError(
          `The demo's POST ${post} was answered ${response.status}: ${await response.text()}`,
          'Fix the `demo` that is exported beside the manifest, or begin with an empty store: npm start -- --fresh',
        );
    }
  });

/** The hint for applications without one of their own: a command and a view from the manifest. */
export const usualHint = ({ aggregates, projections }: Manifest, api: string): string => {
  const commands = aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands)
      .filter(([, { may }]) => isPublic(may))
      .map(([name, { may, schema }]) => ({
        path: `${category}/my-first/${kebab(name)}`,
        may,
        body: exampleOf(schema)?.data ?? {},
      })),
  );
  const mine = commands.find(({ may }) => may.includes('owner')) ?? commands[0];
  const view = projections.find(({ may }) => may.includes('owner')) ?? projections[0];
  const lines = [
    mine && `curl -s -X POST ${api}/${mine.path} -H "Authorization: Bearer $TOKEN" -d '${JSON.stringify(mine.body)}'`,
    view && `curl -s ${api}/views/${view.name} -H "Authorization: Bearer $TOKEN"`,
  ];
  return ['Then send a command, and read a view, such as:\n', ...lines.filter(Boolean).map((line) => `  ${line}`)].join('\n');
};
