import * as z from 'zod';
import { command, refuse } from '../../../lib/core/decider.ts';
import { boundary } from '../../../lib/core/declare/boundary.ts';
import { tag } from '../../../lib/core/tag/tag.ts';
import { type EventOf, type Source, v1 } from '../../../lib/core/version.ts';

const seat = z.object({ course: z.string(), student: z.string() });
const enrolmentEvents = {
  CourseOffered: v1(z.object({ places: z.int() })),
  StudentEnrolled: v1(seat),
  EnrolmentWithdrawn: v1(seat),
  StudentMoved: v1(z.object({ from: z.string(), to: z.string(), student: z.string() })),
};
type EnrolmentEvent = EventOf<typeof enrolmentEvents>;
const source: Source<EnrolmentEvent> = { category: 'enrolment', events: enrolmentEvents };

type Course = Readonly<{ places: number; taken: number }>;

const courseTag = tag<Course, EnrolmentEvent>()({
  name: 'course',
  from: [source],
  of: {
    CourseOffered: (_, id) => id,
    StudentEnrolled: ({ course }) => course,
    EnrolmentWithdrawn: ({ course }) => course,
    StudentMoved: ({ from, to }) => [from, to],
  },
  initial: { places: 0, taken: 0 },
  evolve: {
    CourseOffered: (course, { places }) => ({ ...course, places }),
    StudentEnrolled: (course) => ({ ...course, taken: course.taken + 1 }),
    EnrolmentWithdrawn: (course) => ({ ...course, taken: course.taken - 1 }),
    StudentMoved: (course, { to }, { value }) => ({ ...course, taken: course.taken + (value === to ? 1 : -1) }),
  },
});

type Student = Readonly<{ courses: readonly string[] }>;

/** A student may be moved into a course in which she has a seat already: each event is of one seat. */
const without = (courses: readonly string[], course: string) => courses.toSpliced(courses.indexOf(course), 1);

const studentTag = tag<Student, EnrolmentEvent>()({
  name: 'student',
  from: [source],
  of: {
    StudentEnrolled: ({ student }) => student,
    EnrolmentWithdrawn: ({ student }) => student,
    StudentMoved: ({ student }) => student,
  },
  initial: { courses: [] },
  evolve: {
    StudentEnrolled: ({ courses }, { course }) => ({ courses: [...courses, course] }),
    EnrolmentWithdrawn: ({ courses }, { course }) => ({ courses: without(courses, course) }),
    StudentMoved: ({ courses }, { from, to }) => ({ courses: [...without(courses, from), to] }),
  },
});

const limit = 2;
const name = z.string().regex(/^[a-z0-9]{1,20}$/);

export const enrolment = boundary<Readonly<{ course?: string; student?: string }>, EnrolmentEvent>()({
  category: 'enrolment',
  events: enrolmentEvents,
  tags: [courseTag, studentTag],
  commands: {
    Offer: command(['operator'], z.strictObject({ places: z.int() }), { tags: { course: (_, id) => id } }),
    Enrol: command(['operator', 'process'], z.strictObject({ course: name, student: name }), {
      tags: { course: ({ course }) => course, student: ({ student }) => student },
    }),
    Withdraw: command(['operator'], z.strictObject({})),
    Move: command(['operator'], z.strictObject({ to: z.array(name) }), { tags: { course: ({ to }) => to } }),
  },
  initial: {},
  decide: {
    Offer: (_, { places }, { tags }) =>
      places < tags.course.taken
        ? refuse('taken-already', { taken: tags.course.taken })
        : [{ type: 'CourseOffered', data: { places } }],
    Enrol: (state, data, { tags: { course, student } }) => {
      if (state.course !== undefined) return [];
      if (student.courses.includes(data.course)) return refuse('enrolled-already');
      if (student.courses.length >= limit) return refuse('too-many-courses', { limit });
      return course.taken < course.places
        ? [{ type: 'StudentEnrolled', data }]
        : refuse('course-full', { places: course.places });
    },
    Withdraw: ({ course, student }) =>
      course === undefined || student === undefined ? [] : [{ type: 'EnrolmentWithdrawn', data: { course, student } }],
    // To the first of them that has a place.
    Move: ({ course: from, student }, { to: wanted }, { tags }) => {
      if (from === undefined || student === undefined) return refuse('not-enrolled');
      const to = wanted.find((each) => (tags.course[each]?.taken ?? 0) < (tags.course[each]?.places ?? 0));
      return to === undefined ? refuse('all-full') : [{ type: 'StudentMoved', data: { from, to, student } }];
    },
  },
  evolve: {
    CourseOffered: (state) => state,
    StudentEnrolled: (_, data) => data,
    EnrolmentWithdrawn: () => ({}),
    StudentMoved: (state, { to }) => ({ ...state, course: to }),
  },
});
