import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * Actions that change or remove commits: denied to everybody, whatever other policies allow. Put cannot be denied, since commits are appended by it.
 */
const changesCommits = ['DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'];

/** The function that purges blanks commits by updates, and nobody else may. */
const onlyPurges = 'dynamodb:UpdateItem';

/** Denies updates to everybody but one role, by its unique id: a role that is made again under its name has another one. */
export const exceptPurging = (roleId: string) =>
  new PolicyStatement({
    sid: 'CommitsAreUpdatedByPurges',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [onlyPurges],
    resources: ['*'],
    conditions: { StringNotLike: { 'aws:userid': `${roleId}:*` } },
  });

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
