import { mostCourses } from '../../../domains/course/enrolment.ts';
import { user } from '../../../lib/index.ts';
import type { Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const office = user('olga', 'operator');
const students = [user('ada'), user('bob'), user('eve')];

/** Few courses with few places, and more students than places. */
export const courseWorkload: Workload = (dice, n) => {
  const ask = (category: string, id: string, type: string, data: object, actor = office) => ({ category, id, type, data, actor });
  const courses = ['c0', 'c1', 'c2', 'c3'];
  if (n < 4) return ask('course', courses[n]!, 'Offer', { title: 'Logic', places: 1 + dice.below(2), language: 'en' });
  if (dice.chance(0.1)) return ask('course', dice.pick(courses), 'ChangePlaces', { places: 1 + dice.below(3) });
  const student = dice.pick(students);
  const id = `e${dice.below(9)}`;
  if (dice.chance(0.25)) return ask('enrolment', id, 'Leave', {}, dice.chance(0.5) ? office : student);
  return ask('enrolment', id, 'Enrol', { course: dice.pick(courses), student: student.id }, dice.chance(0.9) ? student : office);
};

type Seat = Readonly<{ course: string; student: string; status: string }>;

/** Counted from the enrolments themselves: no course has more students than places, and no student more courses than may be. */
export const placesAreKept: Invariant = ({ streams }) => {
  const places = new Map<string, number>();
  for (const { stream, events } of statesOf(streams, 'course'))
    for (const { data } of events) places.set(stream.replace('course-', ''), (data as { places: number }).places);
  const seats = [...statesOf(streams, 'enrolment')].map(({ state }) => state as Seat).filter(({ status }) => status === 'in');
  for (const [course, taken] of Map.groupBy(seats, (seat) => seat.course))
    if (taken.length > (places.get(course) ?? 0))
      return `${course} has ${taken.length} students for ${places.get(course)} places`;
  for (const [student, taken] of Map.groupBy(seats, (seat) => seat.student))
    if (taken.length > mostCourses) return `${student} is in ${taken.length} courses`;
  return undefined;
};
