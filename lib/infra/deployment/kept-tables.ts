import { CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { CfnUserPool } from 'aws-cdk-lib/aws-cognito';
import { CfnTable, type ITable } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type KeptTable, keptTables } from '../../engine/deployment/kept-tables.ts';
import { output } from '../kit/outputs.ts';
import { type Common, calledOnce, Step } from '../kit/step.ts';

/** Well beyond the time for which it waits for its rights: then it still says what is wrong. */
const timeout = Duration.seconds(90);
const { asynchronous, serviceTimeout } = calledOnce(timeout);

/**
 * A step of each deployment in front of everything that goes by a table: a table that was there before has what it needs, and one that a deployment before went
 * by is not replaced by an empty one because nobody named it.
 */
export class KeptTables extends Construct {
  private readonly names: Partial<Record<KeptTable, string>> = {};
  private readonly step: Step;
  /** Apart from the rights that the role begins with: tables wait for the function, and these rights name the tables. */
  private readonly rights: Policy;
  private readonly protection: CustomResource;
  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, common: Common) {
    super(scope, id);
    const { adopt, protect } = common.settings;
    this.step = new Step(this, 'Tables', {
      ...common,
      step: 'tables',
      description: 'Looks at the tables that a deployment goes by.',
      timeout,
      asynchronous,
    });
    // Whether the deployment is one that CloudFormation undoes.
    this.step.may(['cloudformation:DescribeStacks'], [Stack.of(this).stackId]);
    this.rights = new Policy(this, 'Rights', { roles: [this.step.role!] });
    const answered = { serviceToken: this.step.functionArn, serviceTimeout };
    this.protection = new CustomResource(this, 'Protection', {
      ...answered,
      resourceType: 'Custom::Protection',
      properties: { Protect: String(protect) },
    });
    this.protection.node.addDependency(this.step.role!);
    this.resource = new CustomResource(this, 'Kept', {
      ...answered,
      resourceType: 'Custom::KeptTables',
      properties: {
        Tables: Lazy.any({ produce: () => this.names }),
        Adopted: keptTables.filter((table) => adopt[table] !== undefined),
        Protect: String(protect),
      },
    });
    this.resource.node.addDependency(this.rights);
    output(this, 'TablesFunction', this.step.functionName);
  }

  /** A table that the deployment goes by. */
  keep(name: KeptTable, table: ITable): void {
    this.names[name] = table.tableName;
    const actions = ['dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups'];
    this.rights.addStatements(new PolicyStatement({ actions, resources: [table.tableArn] }));
  }

  /** Where the names are kept that deployments have gone by. */
  letRemember(control: ITable, conditions: Readonly<Record<string, object>>): void {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem'];
    this.rights.addStatements(new PolicyStatement({ actions, resources: [control.tableArn], conditions }));
  }

  /** The stream of the commits, as it is found in a table that was there before. */
  get commitsStream(): string {
    return this.resource.getAttString('CommitsStream');
  }

  /** No function of the stack, and no right of one, is changed before the tables are known to be the right ones: a deployment that is refused has taken
   * nothing away. A function waits for the rights of its role. And no table or user pool is changed before it is known that no protection is lost. */
  comesBefore(stack: Stack): void {
    const own = new Set(this.node.findAll());
    for (const construct of stack.node.findAll())
      if (construct instanceof CfnTable || construct instanceof CfnUserPool) construct.node.addDependency(this.protection);
      else if ((construct instanceof Policy || construct instanceof ManagedPolicy) && !own.has(construct))
        construct.node.addDependency(this.resource);
  }
}
