import type { Commit } from '../../core/commit.ts';
import type { Sealing } from '../personal/ports.ts';
import { follow } from '../store/load.ts';
import { guardedIn } from './facts.ts';
import { beginAll, decideAll, earlier } from './part.ts';
import type { CommandAnswer, Commanding, CommandRequest } from './request.ts';
import { refresh } from './tracked.ts';

/** The commit that a command would make, or has made already under its id. */
type Tried = Readonly<{
  outcome: 'tried';
  commit: Commit;
  tookEffect: boolean;
  /** The stream's states before and after the commit; of a command that took effect earlier, the state now. */
  states: readonly unknown[];
}>;

export type DryRunAnswer = Tried | Exclude<CommandAnswer, { outcome: 'committed' }>;

/** Seals to nothing, and makes no key: an erased subject is still seen. */
const sealingNothing = ({ keys, box }: Sealing): Sealing => ({
  keys: {
    ...keys,
    publicHalf: async (subject) =>
      (await keys.existing(subject)) ?? { subject, version: 0, publicKey: new Uint8Array(), hashSecret: new Uint8Array(1) },
  },
  box: {
    ...box,
    seal: async (_, values) => ({ encapsulation: new Uint8Array(1), ciphertexts: values.map(() => new Uint8Array(1)) }),
  },
});

/** The same ports, of which none stores anything: loading a long stream would save snapshots. */
const withoutWrites = ({ personal, ...commanding }: Commanding): Commanding => ({
  ...commanding,
  ...(personal && { personal: sealingNothing(personal) }),
  snapshots: { ...commanding.snapshots, save: async () => {} },
});

/** Decides a command as if it were handled now, and appends nothing. */
export const dryRun = async (given: Commanding, request: CommandRequest): Promise<DryRunAnswer> => {
  const commanding = withoutWrites(given);
  let already: Commit | undefined;
  const seen = (commits: readonly Commit[]) => {
    already ??= commits.find(({ command }) => command === request.id);
  };
  const basis = await beginAll([{ commanding, request }], seen);
  const part = basis.parts[0]!;
  // No append will confirm a cached state.
  const cached = [part, ...basis.book.values(), ...guardedIn(basis.facts)].filter(({ confirmed }) => !confirmed);
  await Promise.all(cached.map((each) => refresh(each, seen)));
  const { state } = part.known;
  const first = await earlier(part, already);
  if (first)
    return first.outcome === 'committed' ? { outcome: 'tried', commit: first.commit, tookEffect: true, states: [state] } : first;
  const decided = await decideAll(basis);
  if ('answer' in decided) return decided.answer as Exclude<CommandAnswer, { outcome: 'committed' }>;
  const commit = decided.commits.find(({ stream }) => stream === request.stream)!;
  return { outcome: 'tried', commit, tookEffect: false, states: [state, follow(commanding, part.known, [commit]).state] };
};
