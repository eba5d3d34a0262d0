import type { Fence } from '../../docs/site/markdown.ts';

const account = 'It needs an AWS account.';
const stack =
  'It works on a stack in an AWS account; on a deployment of this machine the same verbs are tested by their own tests.';
const starts = 'It starts a local cloud of its own, as the suites over HTTP and `test/create` do.';
const suite = 'It is a suite, or a part of one, that runs beside this test anyway.';
const ofThePage =
  'It needs the view or the aggregate that the reader has written by the page; the code of the page is compiled and tested.';
const standing = 'It needs an instance or a view that stands still.';

/** The shell blocks that no test runs: for each page the first line of each, and the reason. */
export const notRun: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'CONTRIBUTING.md': { 'npm start              # the whole application on this machine': suite },
  'README.md': { 'npm start': starts, 'npm test': suite, 'npm install': account },
  'create/template/README.md': {
    'npm install': 'The journey through a created project does this at its beginning, and measures it.',
    'npx cdk bootstrap': account,
  },
  'docs/contexts/README.md': { 'npm start -- --manifest domains/contexts.ts --fresh': starts },
  'docs/contexts/match.md': {
    'npm run foldstream -- export --out matches.ndjson --category match':
      'It needs the deployment of the contexts, on which `test/long-http/contexts.test.ts` replays a match under these rules.',
  },
  'docs/guides/add-a-view.md': {
    'npm run foldstream -- rebuild account-turnover --dry-run': ofThePage,
    'TOKEN=$(npm run --silent token customer)': ofThePage,
    'npm run foldstream -- audit account-turnover                          # does it equal a fold of its commits?': ofThePage,
  },
  'docs/guides/console.md': {
    'aws cognito-idp admin-add-user-to-group --user-pool-id "$POOL" --username olga --group-name operator': account,
  },
  'docs/guides/costs.md': {
    'npm run foldstream -- cost                                                # load.ts beside the manifest, at 10 to 100,000 a second':
      'It runs for half a minute; `test/cli/cost` runs the same verb with smaller mixes.',
  },
  'docs/guides/add-an-aggregate.md': {
    'npm run foldstream -- add aggregate complaint': 'The README of a created project has the same line, and that is run.',
    'npm run foldstream -- contracts --rows-unchanged event-log --why "complaints are new"': ofThePage,
    'C=$(npm run --silent token customer)': ofThePage,
  },
  'docs/guides/boundaries.md': {
    'npm run foldstream -- tags fill book --dry-run':
      'It needs the tag of the page and a history without it: `test/cli/history/tags.proof.test.ts` fills tags.',
  },
  'docs/guides/deploying.md': {
    'npm install': account,
    'npm test': account,
    'npx cdk deploy -c cors=https://app.example.com,https://admin.example.com': account,
    'npx cdk deploy -c stage=prod -c first=true   # not protected yet: if it fails, everything that it made is removed': account,
    'aws cognito-idp admin-create-user --user-pool-id <UserPoolId> --username ada \\': account,
    'ID=<BillingExportMachineClientId>': account,
  },
  'docs/guides/getting-started.md': {
    'npm start': starts,
    'npm run test:unit': suite,
    'npm run pack': 'The journey through a created project packs and creates it.',
  },
  'docs/guides/local.md': { 'AWS_ENDPOINT_URL=http://127.0.0.1:4566 npm start': starts },
  'docs/guides/load.md': {
    'npm run foldstream -- load --rate 10 --seconds 60 --page load.html                                # the deployment of npm start':
      'It needs a deployment for minutes: `test/integration/load.test.ts` sends the same mix over HTTP.',
  },
  'docs/guides/moving.md': { 'npm run foldstream -- export --out backup --stack foldstream-prod': stack },
  'docs/guides/operating-effects.md': {
    'npm run foldstream -- effects --stack foldstream-prod                       # circuits, backlogs, and what fails or got no answer':
      standing,
  },
  'docs/guides/operating-processes.md': {
    'npm run foldstream -- processes --stack foldstream-prod                       # how far each is behind, and what stands still':
      standing,
  },
  'docs/guides/operating-views.md': {
    'npm run foldstream -- projections --stack foldstream-prod': standing,
    'aws dynamodb update-item --table-name <ControlTable> --key \'{"id":{"S":"secret/proofs"}}\' \\': account,
    'aws dynamodb update-item --table-name <ControlTable> --key \'{"id":{"S":"secret"}}\' \\': account,
    'aws lambda invoke --function-name <SweepFunction> --cli-binary-format raw-in-base64-out --payload \'{"graceSeconds":0}\' /dev/stdout':
      account,
  },
  'docs/guides/rebuilding.md': {
    'npm run foldstream -- rebuild account-balance --why "a new field" --stack foldstream-prod   # the newest revision, from all history':
      'It has several ways to rebuild one view, of which one at a time may run: `test/long-http/rebuild.test.ts` runs them.',
  },
  'docs/guides/schedules.md': {
    'npm run foldstream -- schedules --stack foldstream-prod                        # what each did last, does next, and left out':
      stack,
  },
  'docs/guides/testing.md': {
    'npx vitest run --project unit test/domains/account.test.ts': suite,
    'npm run simulate -- --seed 1 --runs 1000   # accounts: in most runs a view is rebuilt, and in some a history imported':
      suite,
    'npm run simulate -- --manifest app/index.ts --runs 200           # commands made up from its schemas': ofThePage,
    'npm run fuzz -- --seed 7 --requests 1500 [--manifest notes]   # prints the answers by route and status': suite,
    'npm run mutants -- --seed 7 --many 40 --in lib/engine,lib/aws   # half a minute to two minutes each': suite,
  },
  'docs/guides/tracing.md': {
    'npm run foldstream -- logs docs-1                       # all functions of `npm start`, merged by time':
      'Its last line never ends; `test/integration/logs.test.ts` tests the verb.',
    'npm run foldstream -- trace docs-1 --stack foldstream-prod': stack,
  },
};

/** The reason for which a block is not run; undefined if it is run, or forgotten. */
export const reasonFor = ({ page, text }: Fence): string | undefined => notRun[page]?.[text.split('\n')[0] ?? ''];
