import { systemProofs } from '../../aws/delivery/proofs.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { streamNames } from '../../aws/store/stream-names.ts';
import { systemHash } from '../../aws/system.ts';
import { parseStream } from '../../core/stream.ts';
import { type Verified, verifyStream } from '../../engine/store/verify.ts';
import { connect } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';

export type VerifyOptions = Readonly<{ stream?: string; all?: boolean; stack?: string }>;

const report = (verified: Verified): string => {
  if ('fault' in verified) return `${verified.stream}: commit ${verified.commit} does not fit: ${verified.fault}.`;
  if ('commits' in verified) return `${verified.stream}: ${verified.commits} commits, all fit.`;
  const { stream, purge, left } = verified;
  const unfinished = left > 0 ? ` ${left} of them are still there: repeat foldstream purge ${stream}.` : '';
  return `${stream}: purged at ${purge.at} by ${purge.by}: ${purge.why}. ${purge.commits} commits with ${purge.events} events went.${unfinished}`;
};

/** Checks the hash chains, and prints the first commit that does not fit of each broken stream. Returns true if all hold. */
export const verify = async ({ stream, all = false, stack }: VerifyOptions, print: Print): Promise<boolean> => {
  if (all === (stream !== undefined))
    throw new UserError('Either a stream or --all is needed.', 'Name one stream, such as account-7f3a, or give --all.');
  if (stream !== undefined && !parseStream(stream))
    throw new UserError(`'${stream}' is not the name of a stream.`, 'A stream is named <category>-<id>, such as account-7f3a.');
  const { client, commits, control } = await connect(stack);
  const store = commitStore(client, commits);
  const verifying = { keys: { hash: systemHash }, proofs: systemProofs(client, control, { name: 'purges' }) };
  if (stream !== undefined) {
    const verified = await verifyStream(store, verifying, stream);
    if ('commits' in verified && verified.commits === 0)
      throw new UserError(`There is no stream ${stream}.`, 'Check its name: it is <category>-<id>.');
    print(report(verified));
    return !('fault' in verified);
  }
  let [streams, broken, purged] = [0, 0, 0];
  for await (const name of streamNames(client, commits)) {
    const verified = await verifyStream(store, verifying, name);
    streams += 1;
    if ('purge' in verified) {
      purged += 1;
      print(report(verified));
    }
    if ('fault' in verified) {
      broken += 1;
      print(report(verified));
    } else if (streams % 1_000 === 0) print(`${streams} streams so far ...`);
  }
  print(`${streams} streams, ${broken} of them broken${purged > 0 ? `, ${purged} purged` : ''}.`);
  return broken === 0;
};
