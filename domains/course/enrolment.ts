import { boundary, command, refuse } from 'foldstream';
import * as z from 'zod';
import { type EnrolmentEvent, enrolmentEvents } from '../../events/course.ts';
import { idOf } from '../fields.ts';
import { courseTag, studentTag } from './tags.ts';

/** The number of courses that a student may be in at a time. */
export const mostCourses = 3;

type Enrolment = Readonly<{ course?: string; student?: string; status: 'none' | 'in' | 'left' }>;

/** One student in one course. It takes a place of the course and one of the student's few courses, or neither. */
export const enrolment = boundary<Enrolment, EnrolmentEvent>()({
  category: 'enrolment',
  events: enrolmentEvents,
  tags: [courseTag, studentTag],
  commands: {
    Enrol: command(['user'], z.strictObject({ course: idOf, student: idOf }), {
      tags: { course: ({ course }) => course, student: ({ student }) => student },
    }),
    Leave: command(['owner', 'operator'], z.strictObject({})),
  },
  initial: { status: 'none' },
  owner: ({ student }) => student,
  decide: {
    Enrol: ({ status }, data, { actor, tags: { course, student } }) => {
      if (data.student !== actor.id && !actor.roles.includes('operator')) return refuse('not-yourself');
      if (status !== 'none') return refuse('already-used');
      if (course.places === undefined) return refuse('course-not-offered');
      if (student.courses.includes(data.course)) return refuse('already-enrolled');
      if (student.courses.length >= mostCourses) return refuse('too-many-courses', { most: mostCourses });
      if (course.taken >= course.places) return refuse('course-full', { places: course.places });
      return [{ type: 'StudentEnrolled', data }];
    },
    Leave: ({ status, course, student }) =>
      status !== 'in' || course === undefined || student === undefined
        ? refuse('not-enrolled')
        : [{ type: 'StudentLeft', data: { course, student } }],
  },
  evolve: {
    StudentEnrolled: (_, seat) => ({ ...seat, status: 'in' }),
    StudentLeft: (state) => ({ ...state, status: 'left' }),
  },
});
