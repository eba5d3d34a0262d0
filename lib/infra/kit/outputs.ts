import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { longestName } from '../../core/deployed-names.ts';
import { WrongSetting } from '../../core/settings/field.ts';

/** Acknowledges findings of cdk-nag on a construct, each with its reason. */
export const accept = (construct: Construct, findings: Readonly<Record<string, string>>): void => {
  const acknowledged = Object.entries(findings).map(([id, reason]) => ({ id: `AwsSolutions-${id}`, reason }));
  Validations.of(construct).acknowledge(...acknowledged);
};

/** The reason wherever TLS is not insisted on. */
export const plainHttp = 'Deployed with -c plainHttp=true to a local cloud, which has no TLS.';

/** The stack that is deployed, whichever nested one a construct is in. */
const outermost = (stack: Stack): Stack => (stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack);

/** The name of the deployed stack. */
export const stackNameOf = (construct: Construct): string => outermost(Stack.of(construct)).stackName;

/** A name that follows from the stack's, if it is not too long for what it names. */
export const fitting = (name: string, of: string): string => {
  if (name.length <= longestName) return name;
  throw new WrongSetting(
    `'${name}', the name of a resource of ${of}, has ${name.length} characters, and AWS allows ${longestName}: shorten the stack's name (-c name=...).`,
  );
};

/** An output of the deployed stack, under exactly this name however deep the construct is that declares it. */
export const output = (construct: Construct, name: string, value: string): void => {
  new CfnOutput(outermost(Stack.of(construct)), name, { value });
};

/** Several values as one output, since a stack has 200 outputs; readers split it again. */
export const outputs = (construct: Construct, name: string, values: Readonly<Record<string, string>>): void => {
  output(construct, name, Stack.of(construct).toJsonString(values));
};

/** A log group that a service of AWS writes to by a policy of the log's own: under this prefix AWS keeps one policy for all of them, which else grows with each until
 * it is full for the whole account. */
export const vendedLogName = (construct: Construct, service: string, name: string): string =>
  `/aws/vendedlogs/${service}/${stackNameOf(construct)}/${name}`;
