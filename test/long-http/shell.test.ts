import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../domains/demo.ts';
import { ensureUser } from '../../lib/aws/local/users.ts';
import { demoUsers } from '../../lib/cli/local/deployment.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { seed } from '../../lib/cli/local/seed.ts';
import { type RunError, run } from '../../lib/cli/terminal/run.ts';
import { classOf, fences } from '../docs/blocks.ts';
import { copied, environment } from '../support/over-http/clone.ts';
import { theDeployment } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const pages = Map.groupBy(
  fences.filter((fence) => classOf(fence) === 'sh'),
  ({ page }) => page,
);

/** The problems that a page means to show; any other is a fault of the page. */
const meant: Readonly<Record<string, readonly string[]>> = { 'docs/guides/getting-started.md': ['insufficient-funds'] };
/** Accounts that a page finds, since the reader has made them by another page or by the hint of `npm start`. */
const before = `
  TOKEN=$(npm run --silent token customer)
  curl -s -X POST $API/account/my-first/open -H "Authorization: Bearer $TOKEN" -d '{"currency":"EUR"}' >/dev/null
  curl -s -X POST $API/account/my-first/deposit -H "Authorization: Bearer $TOKEN" -d '{"amount":1000,"currency":"EUR"}' >/dev/null
`;

describe.runIf(overHttp())('the shell blocks of the docs, in a clone whose local cloud has the reference application', () => {
  let home: string;
  beforeAll(async () => {
    home = copied();
    const deployment = theDeployment();
    const file = join(home, '.cache', 'local', 'deployment.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(deployment));
    await ensureUser(accessTo(deployment.endpoint), deployment.userPool, demoUsers.customer);
    await seed(deployment, demo, (_, work) => work());
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each([...pages.keys()])('%s', async (page) => {
    // A reader has a stack in an account; here it is the deployment of the clone.
    const blocks = pages.get(page)!.map(({ text }) => text.replaceAll(/ --stack \S+/g, ''));
    const env = { ...environment(), API: theDeployment().api };
    const said = await run('bash', ['-euo', 'pipefail', '-c', [before, ...blocks].join('\n')], { cwd: home, env }).catch(
      (error: RunError) => expect.fail(`${page} ended with ${error.code}:\n${error.output}`),
    );
    const problems = [...said.matchAll(/urn:foldstream:problem:([a-z-]+)/g)].map(([, kind]) => kind);
    expect(problems, said).toEqual(meant[page] ?? []);
    console.log(`${page}:\n${said}`);
  });
});
