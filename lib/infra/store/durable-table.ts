import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Settings } from '../kit/stage.ts';

/** The index of those open deadlines that earlier releases put into the control table, by the time at which they are due. */
export const formerDeadlines = 'due';

export const stringKey = (name: string) => ({ name, type: AttributeType.STRING });

/** The properties in which these tables differ. */
export type OwnTable = Pick<TableProps, 'partitionKey' | 'sortKey' | 'stream' | 'timeToLiveAttribute' | 'resourcePolicy'>;

/** A table that a deployment must not lose: with point-in-time recovery, and kept and protected as the stage says. */
export const durableTable = (scope: Construct, id: string, settings: Pick<Settings, 'protect' | 'removal'>, props: OwnTable) =>
  new Table(scope, id, {
    ...props,
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: settings.protect,
    removalPolicy: settings.removal,
  });

/** Adds that index, which goes when no deadline can be left there. Nothing else has its keys, so it costs nothing where it is empty. */
export const withFormerDeadlines = (control: Table): Table => {
  control.addGlobalSecondaryIndex({
    indexName: formerDeadlines,
    partitionKey: stringKey('dueIn'),
    sortKey: stringKey('due'),
    projectionType: ProjectionType.ALL,
  });
  return control;
};
