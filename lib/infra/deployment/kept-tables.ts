import { CustomResource, Duration, Lazy, type Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, Policy } from 'aws-cdk-lib/aws-iam';
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
    this.resource = new CustomResource(this, 'Kept', {
      serviceToken: this.step.functionArn,
      resourceType: 'Custom::KeptTables',
      serviceTimeout,
      properties: {
        Tables: Lazy.any({ produce: () => this.names }),
        Adopted: keptTables.filter((table) => adopt[table] !== undefined),
        Protect: String(protect),
      },
    });
    this.resource.node.addDependency(this.step.role!);
    output(this, 'TablesFunction', this.step.functionName);
  }

  /** A table that the deployment goes by. */
  keep(name: KeptTable, table: ITable): void {
    this.names[name] = table.tableName;
    this.step.may(['dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups'], [table.tableArn]);
  }

  /** Where the names are kept that deployments have gone by. */
  letRemember(control: ITable, condition: Readonly<Record<string, object>>): void {
    this.step.addEnvironment('CONTROL_TABLE', control.tableName);
    this.step.may(['dynamodb:GetItem', 'dynamodb:PutItem'], [control.tableArn], condition);
  }

  /** The stream of the commits, as it is found in a table that was there before. */
  get commitsStream(): string {
    return this.resource.getAttString('CommitsStream');
  }

  /** No function of the stack, and no right of one, is changed before the tables are known to be the right ones: a deployment that is refused has taken
   * nothing away. A function waits for the rights of its role. */
  comesBefore(stack: Stack): void {
    const own = new Set(this.node.findAll());
    for (const construct of stack.node.findAll())
      if ((construct instanceof Policy || construct instanceof ManagedPolicy) && !own.has(construct))
        construct.node.addDependency(this.resource);
  }
}
