import { AttributeType, ProjectionType, type Table } from 'aws-cdk-lib/aws-dynamodb';

/** The index of the heads of parked streams. */
export const parkedHeads = 'parked';

/** Adds the index. Only a parked head has its key: it is empty, and costs nothing, while nothing is parked. */
export const indexParkedHeads = (table: Table): void =>
  table.addGlobalSecondaryIndex({
    indexName: parkedHeads,
    partitionKey: { name: 'parkedSince', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['stream', 'commit', 'parked'],
  });
