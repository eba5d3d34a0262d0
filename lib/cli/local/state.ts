import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * MiniStack 1.5.33 keeps over a restart how far each mapping has read its DynamoDB stream, but not the stream: the records
 * count from nothing again, and as many new ones as there were old ones would never be delivered. So the places go too.
 */
export const forgetStreamPositions = (stateDir: string): void => {
  const file = join(stateDir, 'lambda.json');
  if (!existsSync(file)) return;
  const state = JSON.parse(readFileSync(file, 'utf8')) as { payload?: Record<string, unknown> };
  delete state.payload?.dynamodb_stream_positions;
  writeFileSync(file, JSON.stringify(state));
};
