import { describe, expect, it } from 'vitest';
import { type Moved, redriveAll, saidOf } from '../../console/screens/letters/redrive.ts';

describe('a redrive in the console', () => {
  it('asks until nothing can be taken, and tells how far it is after each request', async () => {
    const answers = [
      { moved: 8, isEmpty: false, left: 5 },
      { moved: 4, isEmpty: true, left: 1 },
      { moved: 99, isEmpty: true, left: 0 },
    ];
    const told: Moved[] = [];
    const ended = await redriveAll(
      async () => answers.shift()!,
      (moved) => told.push(moved),
    );
    expect(told).toEqual([
      { moved: 8, left: 5 },
      { moved: 12, left: 1 },
    ]);
    expect(saidOf(ended)).toBe(
      '12 dead letters were put back; about 1 could not be taken now, since somebody is looking at them.',
    );
    expect(saidOf({ moved: 1, left: 0 })).toBe('One dead letter was put back.');
  });
});
