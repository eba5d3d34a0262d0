import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Acknowledges findings of cdk-nag on a construct, each with its reason. */
export const accept = (construct: Construct, findings: Readonly<Record<string, string>>): void => {
  const acknowledged = Object.entries(findings).map(([id, reason]) => ({ id: `AwsSolutions-${id}`, reason }));
  Validations.of(construct).acknowledge(...acknowledged);
};

/** The reason wherever TLS is not insisted on. */
export const plainHttp = 'Deployed with -c plainHttp=true to an engine on this machine, which has no TLS.';

/** The stack that is deployed, whichever nested one a construct is in. */
const outermost = (stack: Stack): Stack => (stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack);

/** An output of the deployed stack, under exactly this name however deep the construct is that declares it. */
export const output = (construct: Construct, name: string, value: string): void => {
  new CfnOutput(outermost(Stack.of(construct)), name, { value });
};
