import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../lib/aws/operate/logs.ts';
import { linesIn, shownLine } from '../../../lib/cli/operate/log-lines.ts';
import { newLines } from '../../../lib/cli/operate/logs.ts';

const at = Date.parse('2026-11-21T12:00:00.000Z');
const time = (seconds: number) => new Date(at + seconds * 1_000).toISOString();
const written = (seconds: number, service: string, message: string, rest: object = {}) =>
  JSON.stringify({ level: 'INFO', message, timestamp: time(seconds), service, sampling_rate: 0, ...rest });
const event = (group: string, id: string, text: string): LogEvent => ({ id, group, at, text });

/** Groups in memory, as CloudWatch has them. */
const looking = (events: readonly LogEvent[], correlation?: string) => {
  const groups = [...new Set(events.map(({ group }) => group))].map((group) => ({ group, of: `${group}Log0A1B2C3D` }));
  return newLines({ groups, correlation, read: async (group) => events.filter((each) => each.group === group) });
};

describe('lines of several functions', () => {
  const events = [
    event(
      'Publish',
      '1',
      [
        written(2, 'publish', 'Published.', { correlations: ['c-1', 'c-2'] }),
        written(4, 'publish', 'Published.', { correlations: ['c-3'] }),
      ].join('\n'),
    ),
    event(
      'Command',
      '2',
      `START RequestId: 1\n${written(1, 'command-parcel', 'Committed.', { correlation: 'c-1' })}\nEND RequestId: 1\n`,
    ),
    event('Command', '3', '2026-11-21T12:00:03.000Z c-9 Task timed out after 3.00 seconds\n'),
    event('AccessLog', '4', '{"route":"POST /parcel/{id}/send","status":"201"}'),
  ];

  it('are merged by time, without what Lambda and the API write down for themselves', async () => {
    const lines = await looking(events)(at);
    expect(lines.map(({ at, of, message }) => [at, of, message])).toEqual([
      [time(0), 'Command', '2026-11-21T12:00:03.000Z c-9 Task timed out after 3.00 seconds'],
      [time(1), 'command-parcel', 'Committed.'],
      [time(2), 'publish', 'Published.'],
      [time(4), 'publish', 'Published.'],
    ]);
  });

  it('are those of one request, in all functions that had to do with it', async () => {
    const messages = async (correlation: string) => (await looking(events, correlation)(at)).map(({ message }) => message);
    expect(await messages('c-1')).toEqual(['Committed.', 'Published.']);
    expect(await messages('c-3')).toEqual(['Published.']);
    expect(await messages('c-9')).toHaveLength(1);
    expect(await messages('c-')).toHaveLength(1);
  });

  it('are shown once, however often the same time is looked at', async () => {
    const look = looking(events);
    expect(await look(at)).toHaveLength(4);
    expect(await look(at)).toEqual([]);
  });
});

describe('a line', () => {
  const [line] = linesIn(
    {
      at,
      text: written(1, 'command-parcel', 'Failed.', {
        level: 'ERROR',
        correlation: 'c-1',
        commit: 3,
        causes: ['a', 'b'],
        error: {
          name: 'TypeError',
          message: 'x',
          stack: 'TypeError: x\n    at decide (a.ts:1:2)',
          cause: { stack: 'Error: why' },
        },
      }),
    },
    'Command',
  );

  it('has the time, the function, the level and the message, and below it the error with its stack and its cause', () =>
    expect(shownLine(line!, 16)).toEqual([
      `${time(1)}  command-parcel    ERROR  Failed.  correlation=c-1 commit=3 causes=a,b`,
      '    TypeError: x',
      '        at decide (a.ts:1:2)',
      '    caused by:',
      '    Error: why',
    ]));

  it('that Lambda wrote about an uncaught exception shows the exception', () => {
    const uncaught = { errorType: 'RangeError', errorMessage: 'too far', stackTrace: ['    at go (b.ts:3:4)'] };
    const text = JSON.stringify({ timestamp: time(5), level: 'ERROR', message: uncaught });
    expect(linesIn({ at, text }, 'Sweep').flatMap((each) => shownLine(each))).toEqual([
      `${time(5)}  Sweep  ERROR  RangeError: too far`,
      '        at go (b.ts:3:4)',
    ]);
  });
});
