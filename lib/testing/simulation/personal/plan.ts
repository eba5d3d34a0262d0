import { diceFor } from '../dice.ts';

/** The subjects of a simulation, and the text with which each personal value of a subject begins: `<mark><subject>.`. */
export type Subjects = Readonly<{ ids: readonly string[]; mark: string }>;

/** Who is erased, whose keys are rotated, and when somebody looks at what is stored. */
export type SubjectPlan = Subjects &
  Readonly<{
    erasures: readonly Readonly<{ at: number; subject: string }>[];
    rotations: readonly Readonly<{ at: number; subject: string }>[];
    looks: readonly number[];
  }>;

const within = 3_000;

export const subjectPlanFor = (seed: number, subjects: Subjects): SubjectPlan => {
  const dice = diceFor(seed, 'subjects');
  const some = (chance: number) =>
    subjects.ids.filter(() => dice.chance(chance)).map((subject) => ({ at: dice.next() * within, subject }));
  const erasures = some(0.4);
  // An erasure may be asked for twice.
  const again = erasures.filter(() => dice.chance(0.2)).map(({ at, subject }) => ({ at: at + dice.next() * 500, subject }));
  return {
    ...subjects,
    erasures: [...erasures, ...again],
    rotations: some(0.3),
    looks: Array.from({ length: 12 }, () => dice.next() * 5_000).sort((a, b) => a - b),
  };
};
