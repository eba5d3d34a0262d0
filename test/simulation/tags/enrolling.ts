import { defineManifest, parseStream } from '../../../lib/index.ts';
import type { Invariant, Simulation, Tamper, Workload } from '../../../lib/testing/simulator.ts';
import { enrolment } from '../../support/examples/enrolling.ts';

const manifest = defineManifest({ aggregates: [enrolment], projections: [] });
const operator = { id: 'olga', kind: 'user', roles: ['operator'] } as const;

/** Few courses with few places, and students who want more than they may have. */
const enrolling: Workload = (dice, n) => {
  const ask = (id: string, type: string, data: object) => ({ category: 'enrolment', id, type, data, actor: operator });
  const course = () => `c${dice.below(3)}`;
  if (n < 3) return ask(`c${n}`, 'Offer', { places: 1 + dice.below(3) });
  const type = dice.pick(['Enrol', 'Enrol', 'Enrol', 'Move', 'Move', 'Withdraw', 'Offer']);
  if (type === 'Offer') return ask(course(), 'Offer', { places: dice.below(4) });
  const id = `e${dice.below(8)}`;
  if (type === 'Enrol') return ask(id, 'Enrol', { course: course(), student: `s${dice.below(3)}` });
  return ask(id, type, type === 'Move' ? { to: [course(), course()] } : {});
};

/** Counted from the enrolments themselves: no course has more students than places, and no student more courses than the limit. */
const nobodyHasTooMuch: Invariant = ({ streams }) => {
  const places = new Map<string, number>();
  const seats: { course: string; student: string }[] = [];
  for (const [stream, commits] of streams) {
    if (parseStream(stream)?.category !== 'enrolment') continue;
    let seat: { course: string; student: string } | undefined;
    for (const { type, data } of commits.flatMap(({ events }) => events)) {
      if (type === 'CourseOffered') places.set(parseStream(stream)!.id, (data as { places: number }).places);
      if (type === 'StudentEnrolled') seat = data as { course: string; student: string };
      if (type === 'StudentMoved' && seat) seat = { ...seat, course: (data as { to: string }).to };
      if (type === 'EnrolmentWithdrawn') seat = undefined;
    }
    if (seat) seats.push(seat);
  }
  for (const [course, taken] of Map.groupBy(seats, (seat) => seat.course))
    if (taken.length > (places.get(course) ?? 0))
      return `${course} has ${taken.length} students for ${places.get(course)} places`;
  for (const [student, taken] of Map.groupBy(seats, (seat) => seat.student))
    if (taken.length > 2) return `${student} is in ${taken.length} courses`;
  return undefined;
};

const places = 5;

/** Nobody gets a sixth place; and if anybody was told that all five are taken, they are. */
const fiveAreIn: Invariant = ({ streams, answers }) => {
  const racers = [...streams.keys()].filter((stream) => stream.startsWith('enrolment-e'));
  const taken = racers.filter((stream) => streams.get(stream)!.length > 0).length;
  const isFull = answers.some(({ answer }) => answer.outcome === 'refused' && answer.refusal.detail?.places === places);
  return taken > places || (isFull && taken < places) ? `${taken} students have one of ${places} places` : undefined;
};

/** Thirty-two students at the same time for the five places of one course. */
export const racersWith = (seed: number, tamper: Tamper = {}): Simulation => ({
  ...{ manifest, seed, tamper, invariants: [fiveAreIn], crowd: { commands: 33, within: 300 } },
  workload: (_, n) => {
    const ask = { category: 'enrolment', actor: operator };
    if (n === 0) return { ...ask, id: 'c1', type: 'Offer', data: { places } };
    return { ...ask, id: `e${n}`, type: 'Enrol', data: { course: 'c1', student: `s${n}` } };
  },
});

/** Courses and students, who race for places. */
export const enrolmentsWith = (seed: number, tamper: Tamper = {}): Simulation => ({
  ...{ manifest, seed, workload: enrolling, invariants: [nobodyHasTooMuch], tamper },
  crowd: { commands: 30, within: 600 },
});
