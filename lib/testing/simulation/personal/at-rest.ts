import { type Commit, storedEvents } from '../../../core/commit.ts';
import { partsOf, type Sealed, sampleSealed, sealedIn } from '../../../core/personal/sealed.ts';
import { CannotOpen, opened } from '../../../engine/personal/open.ts';
import type { Opening } from '../../../engine/personal/ports.ts';
import type { Answered } from '../clients.ts';
import type { World } from '../world/world.ts';
import type { SimulatedSubjects } from './subjects.ts';

/** Everything that a run has stored. */
type Stored = Readonly<{
  commits: readonly Commit[];
  /** The items of the tables of views, and snapshots. */
  derived: readonly unknown[];
  answers: readonly Answered[];
}>;

/** A value at the place of another one of its commit must not open. */
const movedFault = async (opening: Opening, commits: readonly Commit[], isErased: (of: string) => boolean) => {
  for (const commit of commits) {
    const values = sealedIn(storedEvents(commit)).filter(({ of }) => !isErased(of));
    for (const [i, value] of values.entries()) {
      const other = values[(i + 1) % values.length]!;
      if (other === value || other.of !== value.of) continue;
      const moved: Sealed = { ...value, at: other.at };
      try {
        await opened(opening, moved);
      } catch (cause) {
        if (cause instanceof CannotOpen) continue;
        throw cause;
      }
      return `the value ${value.at[2]} of ${value.at[0]} opens at ${other.at[2]}`;
    }
  }
  return undefined;
};

type Refused = Readonly<{ stream: string; reason: string; detail?: unknown }>;

/** The refusals that clients got, and those that commands of processes have left on their streams. */
const refusedIn = (answers: readonly Answered[], commits: readonly Commit[]): readonly Refused[] => [
  ...answers.flatMap(({ answer, request: { stream } }) =>
    answer.outcome === 'refused' ? [{ stream, reason: answer.refusal.refused, detail: answer.refusal.detail }] : [],
  ),
  ...commits.flatMap(({ stream, refused }) => (refused ? [{ stream, ...refused }] : [])),
];

/** An erased subject has no key, and a command was refused for an erased subject alone. */
const keysFault = async ({ keys, erasedAt }: SimulatedSubjects, refusals: readonly Refused[]): Promise<string | undefined> => {
  for (const subject of erasedAt.keys()) {
    if ((await keys.existing(subject)) !== 'erased') return `${subject} has a key again, and was erased`;
    const { versions = 0, hashSecret } = keys.items.get(subject) ?? {};
    if (versions > 0 || hashSecret) return `the keys table has more than the tombstone of ${subject}, who was erased`;
  }
  for (const { stream, reason, detail } of refusals)
    if (reason === 'subject-erased') {
      const { subject } = detail as { subject: string };
      if (!erasedAt.has(subject)) return `${stream} was refused a command, and nobody has erased ${subject}`;
    }
  return undefined;
};

/** Checks the promises about personal values when nothing is left to do. */
export const checkSubjects = async (world: World, subjects: SimulatedSubjects, { commits, derived, answers }: Stored) => {
  const { plan, look, erasedAt, opening } = subjects;
  const stored = [commits, derived];
  if (JSON.stringify(stored).includes(plan.mark)) world.broken('a personal value is stored as it is');
  // Imported performances have made-up inputs, which nothing opens.
  const isSample = ({ of }: Sealed) => of === sampleSealed(false).of;
  const values = [...sealedIn(commits.map(storedEvents)), ...sealedIn(derived)].filter((value) => !isSample(value));
  // Each once: a row or a snapshot has the same ones.
  const each = [...new Map(values.map((value) => [partsOf(value).ciphertext, value])).values()];
  void look(each, true);
  if (!(await world.time.run(() => world.fault() !== undefined)))
    world.broken('the readers of personal values do not come to rest');
  // A run that has ended leaves the readers where they are.
  if (world.fault() !== undefined) return;
  for (const commit of commits) {
    if (commit.refused?.reason === 'subject-erased') world.count('processes refused');
    if (sealedIn(commit.events).length > 0) world.count('values passed on');
  }
  const refusals = refusedIn(answers, commits);
  const fault = (await keysFault(subjects, refusals)) ?? (await movedFault(opening, commits, (of) => erasedAt.has(of)));
  if (fault !== undefined) world.broken(fault);
};
