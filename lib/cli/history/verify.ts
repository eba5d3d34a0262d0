import { commitStore } from '../../aws/store/commit-store.ts';
import { streamNames } from '../../aws/store/stream-names.ts';
import { systemHash } from '../../aws/system.ts';
import { parseStream } from '../../core/stream.ts';
import { type Verified, verifyStream } from '../../engine/store/verify.ts';
import { connect } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';

export type VerifyOptions = Readonly<{ stream?: string; all?: boolean; stack?: string }>;

const report = (verified: Verified): string =>
  'fault' in verified
    ? `${verified.stream}: commit ${verified.commit} does not fit: ${verified.fault}.`
    : `${verified.stream}: ${verified.commits} commits, all fit.`;

/** Checks the hash chains, and prints the first commit that does not fit of each broken stream. Returns true if all hold. */
export const verify = async ({ stream, all = false, stack }: VerifyOptions, print: Print): Promise<boolean> => {
  if (all === (stream !== undefined))
    throw new UserError('Either a stream or --all is needed.', 'Name one stream, such as account-7f3a, or give --all.');
  if (stream !== undefined && !parseStream(stream))
    throw new UserError(`'${stream}' is not the name of a stream.`, 'A stream is named <category>-<id>, such as account-7f3a.');
  const { client, commits } = await connect(stack);
  const store = commitStore(client, commits);
  if (stream !== undefined) {
    const verified = await verifyStream(store, { hash: systemHash }, stream);
    if ('commits' in verified && verified.commits === 0)
      throw new UserError(`There is no stream ${stream}.`, 'Check its name: it is <category>-<id>.');
    print(report(verified));
    return !('fault' in verified);
  }
  let [streams, broken] = [0, 0];
  for await (const name of streamNames(client, commits)) {
    const verified = await verifyStream(store, { hash: systemHash }, name);
    streams += 1;
    if ('fault' in verified) {
      broken += 1;
      print(report(verified));
    } else if (streams % 1_000 === 0) print(`${streams} streams so far ...`);
  }
  print(`${streams} streams, ${broken} of them broken.`);
  return broken === 0;
};
