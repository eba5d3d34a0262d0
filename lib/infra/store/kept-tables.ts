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
 * A custom resource that is checked before everything that uses a table: an adopted table gets the settings it lacks, and a table of earlier
 * deployments is not replaced by an empty one because a deployment forgot to name it.
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
    const { adopt, protect, commitForm } = common.settings;
    // For who puts commits from a command line.
    output(this, 'CommitForm', commitForm);
    this.step = new Step(this, 'Tables', {
      ...common,
      step: 'tables',
      description: 'Looks at the tables that a deployment goes by.',
      timeout,
      asynchronous,
    });
    // Lets the function see whether CloudFormation is rolling back.
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

  /** A table that the deployment uses. */
  keep(name: KeptTable, table: ITable): void {
    this.names[name] = table.tableName;
    const actions = ['dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups'];
    this.rights.addStatements(new PolicyStatement({ actions, resources: [table.tableArn] }));
  }

  /** Lets the function keep the names of the tables in the control table. */
  letRemember(control: ITable, conditions: Readonly<Record<string, object>>): void {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem'];
    this.rights.addStatements(new PolicyStatement({ actions, resources: [control.tableArn], conditions }));
  }

  /** The stream of the commits, as it is found in a table that was there before. */
  get commitsStream(): string {
    return this.resource.getAttString('CommitsStream');
  }

  /**
   * No function or policy of the stack changes before the tables are checked, so a refused deployment has taken nothing away. No table or user pool
   * changes before it is known that no protection is lost. A function waits for the policies of its role.
   */
  comesBefore(stack: Stack): void {
    const own = new Set(this.node.findAll());
    for (const construct of stack.node.findAll())
      if (construct instanceof CfnTable || construct instanceof CfnUserPool) construct.node.addDependency(this.protection);
      else if ((construct instanceof Policy || construct instanceof ManagedPolicy) && !own.has(construct))
        construct.node.addDependency(this.resource);
  }
}
