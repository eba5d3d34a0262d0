import * as z from 'zod';
import { command } from '../../../../lib/core/decider.ts';
import { decider } from '../../../../lib/core/declare/decider.ts';
import { rowsPerStream } from '../../../../lib/core/declare/view.ts';
import { personal } from '../../../../lib/core/personal/personal.ts';
import { type Sealed, same } from '../../../../lib/core/personal/sealed.ts';
import { rowKey } from '../../../../lib/core/projection.ts';
import { type EventOf, type Source, v1 } from '../../../../lib/core/version.ts';

const letterEvents = {
  LetterWritten: v1(
    z.object({ to: z.string(), text: personal(z.string(), { of: 'to' }), from: personal(z.string(), { of: 'to' }) }),
  ),
};
export type LetterEvent = EventOf<typeof letterEvents>;
const letterSource: Source<LetterEvent> = { category: 'letter', events: letterEvents };

type Letters = Readonly<{ last?: Sealed<string>; to?: string; repeated: number }>;

/** Letters of one author to many persons, each of whom is the subject of what was written to them. */
export const letter = decider<Letters, LetterEvent>()({
  ...letterSource,
  category: 'letter',
  commands: { Write: command(['user'], z.strictObject({ to: z.string().min(1), text: z.string(), from: z.string() })) },
  initial: { repeated: 0 },
  history: ['operator'],
  decide: { Write: (_, data) => [{ type: 'LetterWritten', data }] },
  evolve: {
    LetterWritten: ({ last, to, repeated }, data) => ({
      last: data.text,
      to: data.to,
      repeated: last && to === data.to && same(last, data.text) ? repeated + 1 : repeated,
    }),
  },
});

/** Every letter. */
export const letters = rowsPerStream<
  Readonly<Record<string, never>>,
  Readonly<{ to: string; text: Sealed<string> }>,
  LetterEvent
>()({
  name: 'letters',
  revision: 1,
  from: letterSource,
  may: ['operator'],
  initial: {},
  on: {
    LetterWritten: (memory, { version, data: { to, text } }) => ({ memory, rows: { [rowKey(version)]: { to, text } } }),
  },
});
