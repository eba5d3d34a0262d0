import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * Actions that change or remove commits: denied to everybody, whatever other policies allow. Put cannot be denied, since commits are appended by it.
 */
const changesCommits = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'];

/** The resource policy of a table of commits. `*` is the table that the policy belongs to, which has no name yet. */
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
