import { ArnFormat, Stack } from 'aws-cdk-lib';
import { secretPlace } from '../../core/effect/secret.ts';
import type { Settings } from './stage.ts';
import type { Step } from './step.ts';

/**
 * Lets a function read a team's secrets by their names, and no others. Their values are in no variable and in no template: the function reads them when it
 * starts. Secrets Manager adds six characters to the name.
 */
export const letReadTeamSecrets = (step: Step, declared: readonly string[], { stage }: Pick<Settings, 'stage'>): void => {
  step.addEnvironment('STAGE', stage);
  const stack = Stack.of(step);
  for (const { service, name } of declared.map((each) => secretPlace(each, stage)))
    if (service === 'secrets-manager')
      step.may(
        ['secretsmanager:GetSecretValue'],
        [
          stack.formatArn({
            service: 'secretsmanager',
            resource: 'secret',
            resourceName: `${name}-??????`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      );
    else
      step.may(
        ['ssm:GetParameter'],
        [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') })],
      );
};
