import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Observe } from '../../lib/aws/client/dynamo.ts';
import {
  coldAfterFold,
  coldAfterWarm,
  eventBytes,
  metered,
  refusalCost,
  snapshotCost,
  warmCost,
} from '../support/store/costs.ts';
import type { Tables } from '../support/store/instance.ts';
import { entriesOf } from '../support/store/ledger.ts';
import { type Cost, meter } from '../support/store/meter.ts';
import { type Contender, castoreContender, cold, warm } from './contenders.ts';
import { type Bar, figure, type Table } from './report.ts';

/** The store to measure, and how to make a client for it. */
export type Place = Readonly<{
  client: DynamoDBClient;
  observing: (observe: Observe) => DynamoDBClient;
  tables: Tables;
  castoreTable: string;
  /** What Castore is given for its requests. */
  castoreClient: DynamoDBClient;
}>;

export const bar = (what: string, measured: number, limit: number, unit: string): Bar => ({
  what,
  limit: `<= ${limit} ${unit}`,
  measured: figure(measured),
  holds: measured <= limit,
});

/** The cost of one command for each contender, on streams of one length: the mean over the given streams. */
export const costRows = async (place: Place, length: number, streams: readonly string[]): Promise<string[][]> => {
  const lab = metered(place.observing, place.tables);
  const theirs = meter();
  const contenders: [Contender, () => Cost][] = [
    [cold(lab.instance), () => lab.take().all],
    [warm(lab.instance), () => lab.take().all],
    [castoreContender(place.observing(theirs.observe), place.castoreTable), theirs.take],
  ];
  const rows: string[][] = [];
  for (const events of [1, 3])
    for (const [contender, take] of contenders) {
      await contender.prepare([streams]);
      take();
      for (const stream of streams) await contender.command(stream, entriesOf(events, eventBytes))(0);
      const { requests, readUnits, writeUnits } = take();
      const each = [requests, readUnits, writeUnits].map((sum) => figure(sum / streams.length));
      rows.push([length.toLocaleString('en'), String(events), contender.name, ...each]);
    }
  return rows;
};

export const costTable = (rows: readonly string[][]): Table => ({
  title: 'Requests and units per command',
  head: ['events in the stream', 'events a command', '', 'requests', 'read units', 'write units'],
  rows: rows.toSorted((a, b) => Number(a[0]?.replace(',', '')) - Number(b[0]?.replace(',', ''))),
});

/** The bars of the warm command. */
export const warmBars = async ({ observing, tables }: Place): Promise<Bar[]> => {
  const lab = metered(observing, tables);
  const costs: Cost[] = [];
  for (const events of [1, 2, 3, 4, 5]) costs.push(await warmCost(lab, events));
  const most = (name: keyof Cost) => Math.max(...costs.map((cost) => cost[name]));
  const refusal = await refusalCost(lab);
  return [
    bar('Warm command, item under 1 KB, 1 to 5 events: requests', most('requests'), 1, 'request'),
    bar('Warm command: write units', most('writeUnits'), 1, 'unit'),
    bar('Warm command: read units', most('readUnits'), 0, 'units'),
    bar('Warm refusal: requests', refusal.requests, 1, 'request'),
    bar('Warm refusal: read units', refusal.readUnits, 1, 'unit'),
  ];
};

/** The bars of the cold command, over whole lives of streams. */
export const coldBars = async ({ client, observing, tables }: Place, quick: boolean): Promise<Bar[]> => {
  const lab = metered(observing, tables);
  const lives = [await coldAfterWarm(lab, 1_000, 101), await coldAfterWarm(lab, 1_000, 101, true)];
  const long = await coldAfterFold(client, tables, lab, quick ? 2_000 : 10_000, 100);
  const most = (name: 'reads' | 'readUnits' | 'snapshotUnits') => Math.max(...lives.map((life) => life[name]));
  const at = quick ? '2,000 to 2,100' : '10,000 to 10,100';
  return [
    bar('Cold command at each length from 1,000 to 1,100: read requests', most('reads'), 2, 'requests'),
    bar('Cold command at each length from 1,000 to 1,100: read units', most('readUnits'), 8, 'units'),
    bar(`Cold command at each length from ${at}: read requests`, long.reads, 2, 'requests'),
    bar(`Cold command at each length from ${at}: read units`, long.readUnits, 8, 'units'),
    bar('Snapshots, all commands warm: write units a command', await snapshotCost(lab, quick ? 1_000 : 5_000), 0.1, 'units'),
    bar('Snapshots, all commands cold: write units a command', most('snapshotUnits'), 0.1, 'units'),
  ];
};
