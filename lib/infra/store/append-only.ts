import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Denied to everybody, whatever other policies allow: it changes or removes commits. A Put cannot be denied, since commits are appended by it. */
const changesCommits = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'];

/** What a table of commits says of itself. `*` is the table that the policy belongs to: it cannot name itself while it is being made. */
export const appendOnly = () =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'CommitsAreOnlyPut',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: changesCommits.map((action) => `dynamodb:${action}`),
        resources: ['*'],
      }),
    ],
  });
