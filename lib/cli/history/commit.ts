import { commitStore } from '../../aws/store/commit-store.ts';
import { connect } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';

export type CommitOptions = Readonly<{ stream: string; number: number; table?: string; stack?: string }>;

/** `foldstream commit`: prints a commit as it is, in whichever form it is stored. */
export const commitVerb = async ({ stream, number, table, stack }: CommitOptions, print: Print): Promise<void> => {
  const { client, commits } = await connect(stack);
  const found = await commitStore(client, table ?? commits).find(stream, number);
  if (!found)
    throw new UserError(
      `The stream ${stream} has no commit ${number}.`,
      'A stream is named <category>-<id>, and its commits 1, 2, 3 and so on.',
    );
  print(JSON.stringify(found, null, 2));
};
