import type { RunningStack } from '../../aws/deployment/running-functions.ts';

/** The tag that names a stack's environment. */
const stageTag = 'foldstream:stage';

/** Durable data, by the types of resources. */
const durable = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable', 'AWS::Cognito::UserPool'];

/**
 * Why no code may be replaced in a stack beside CloudFormation, by what the stack says about itself: the settings on this machine may be those of
 * another branch. Undefined if it may.
 */
export const refusalOf = (name: string, { tags, protectedFromDeletion, template }: RunningStack): string | undefined => {
  const stage = tags[stageTag];
  if (stage === undefined) return `${name} is no stack of Foldstream: it has no tag ${stageTag}.`;
  if (/^prod/i.test(stage)) return `${name} is of the stage ${stage}.`;
  if (protectedFromDeletion) return `${name} is protected from deletion.`;
  const kept = Object.values(template.Resources ?? {}).filter(
    ({ Type, DeletionPolicy }) => durable.includes(Type) && DeletionPolicy !== undefined && DeletionPolicy !== 'Delete',
  );
  return kept.length > 0 ? `${name} (stage ${stage}) keeps its data when it is deleted, so somebody relies on it.` : undefined;
};
