import { expect, test } from 'vitest';
import { devArgs } from '../../../lib/cli/deployment/dev.ts';
import { refusalOf } from '../../../lib/cli/deployment/refusal.ts';

const table = (DeletionPolicy?: string) => ({
  Commits: { Type: 'AWS::DynamoDB::Table', ...(DeletionPolicy && { DeletionPolicy }) },
});
const stack = (change: object = {}) => ({
  tags: { 'foldstream:stage': 'dev' },
  protectedFromDeletion: false,
  template: { Resources: table('Delete') },
  ...change,
});

test('a stack of a dev environment may be worked on', () => {
  expect(refusalOf('my-dev', stack())).toBeUndefined();
  expect(refusalOf('my-dev', stack({ tags: { 'foldstream:stage': 'ada' }, template: {} }))).toBeUndefined();
});

test.each([
  ['of another product', stack({ tags: {} }), 'no tag foldstream:stage'],
  ['of production', stack({ tags: { 'foldstream:stage': 'prod' } }), 'of the stage prod'],
  ['that is protected, whatever its name', stack({ protectedFromDeletion: true }), 'protected from deletion'],
  ['that keeps its data', stack({ template: { Resources: table('Retain') } }), 'keeps its data'],
  [
    'that keeps its data but for a failed first deployment',
    stack({ template: { Resources: table('RetainExceptOnCreate') } }),
    'keeps its data',
  ],
])('a stack %s may not', (_, refused, why) => {
  expect(refusalOf('it', refused)).toContain(why);
});

test('a change of shape is deployed to the very stack, as the environment that it says it is', () => {
  const line = devArgs('my-dev', 'ada', '/app/manifest.ts', { stage: 'prod', name: 'other', logDays: '3' }).join(' ');
  expect(line).toMatch(/^deploy my-dev /);
  expect(line).toMatch(/--context stage=ada --context name=my-dev --context logDays=3 --context manifest=\/app\/manifest.ts$/);
});
