import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * MiniStack 1.5.33 keeps each mapping's position in its DynamoDB stream over a restart, but not the stream. Its records are numbered from the
 * beginning again, so as many new records as there were old ones would be skipped. Removing the positions avoids that.
 */
export const forgetStreamPositions = (stateDir: string): void => {
  const file = join(stateDir, 'lambda.json');
  if (!existsSync(file)) return;
  const state = JSON.parse(readFileSync(file, 'utf8')) as { payload?: Record<string, unknown> };
  delete state.payload?.dynamodb_stream_positions;
  writeFileSync(file, JSON.stringify(state));
};
