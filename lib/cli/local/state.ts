import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * MiniStack 1.5.33 keeps each mapping's position in its DynamoDB stream over a restart, but not the stream. Its records are numbered from the
 * beginning again, so as many new records as there were old ones would be skipped. Removing the positions avoids that.
 */
const forgetStreamPositions = (stateDir: string): void => {
  const file = join(stateDir, 'lambda.json');
  if (!existsSync(file)) return;
  const state = JSON.parse(readFileSync(file, 'utf8')) as { payload?: Record<string, unknown> };
  delete state.payload?.dynamodb_stream_positions;
  writeFileSync(file, JSON.stringify(state));
};

/**
 * MiniStack 1.5.33 knows a queue by its URL, which has the port, and looks for it under the port of today: on another one the queues of before would
 * be found by nobody who polls them. Functions and stacks keep such URLs as well.
 */
const moveToPort = (stateDir: string, port: number): void => {
  const queues = join(stateDir, 'sqs.json');
  if (!existsSync(queues)) return;
  const before = /http:\/\/localhost:(\d+)\//.exec(readFileSync(queues, 'utf8'))?.[1];
  if (before === undefined || before === String(port)) return;
  const address = new RegExp(String.raw`\blocalhost:${before}(?!\d)`, 'g');
  for (const name of readdirSync(stateDir).filter((each) => each.endsWith('.json'))) {
    const file = join(stateDir, name);
    const text = readFileSync(file, 'utf8');
    const moved = text.replace(address, `localhost:${port}`);
    if (moved !== text) writeFileSync(file, moved);
  }
};

/** Makes the state of an earlier start fit for one on this port. */
export const readyState = (stateDir: string, port: number): void => {
  forgetStreamPositions(stateDir);
  moveToPort(stateDir, port);
};
