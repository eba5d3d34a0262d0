import { createInterface } from 'node:readline/promises';
import type { Outputs } from './stack.ts';
import { UserError } from './terminal/user-error.ts';

type Asking = Readonly<{ isTerminal: boolean; ask: (question: string) => Promise<string> }>;

const onTerminal: Asking = {
  isTerminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  ask: async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
};

/** The reason for a change, which a protected stage demands: it is asked for on a terminal, and must be given elsewhere. */
export const reasonFor = async (
  outputs: Outputs,
  given: string | undefined,
  asking: Asking = onTerminal,
): Promise<string | undefined> => {
  if (given !== undefined || outputs.Protected !== 'true') return given;
  const answered = asking.isTerminal ? (await asking.ask('This stage is protected. Why is this changed? ')).trim() : '';
  if (answered !== '') return answered;
  throw new UserError(
    'This stage is protected: every change by an operator needs a reason, which the history keeps.',
    'Say it: --why "mended in 1.4.2".',
  );
};
