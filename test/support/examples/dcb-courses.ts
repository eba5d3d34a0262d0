import * as z from 'zod';
import { command, refuse } from '../../../lib/core/decider.ts';
import { boundary } from '../../../lib/core/declare/boundary.ts';
import { tag } from '../../../lib/core/tag/tag.ts';
import { type EventOf, type Source, v1 } from '../../../lib/core/version.ts';

const id = z.string();
const count = z.int().min(1);
const events = {
  CourseDefined: v1(z.object({ courseId: id, capacity: count })),
  CourseCapacityChanged: v1(z.object({ courseId: id, newCapacity: count })),
  StudentSubscribedToCourse: v1(z.object({ courseId: id, studentId: id })),
};
type CampusEvent = EventOf<typeof events>;
const source: Source<CampusEvent> = { category: 'campus', events };

const courseTag = tag<Readonly<{ capacity?: number; taken: number }>, CampusEvent>()({
  name: 'course',
  from: [source],
  of: {
    CourseDefined: ({ courseId }) => courseId,
    CourseCapacityChanged: ({ courseId }) => courseId,
    StudentSubscribedToCourse: ({ courseId }) => courseId,
  },
  initial: { taken: 0 },
  evolve: {
    CourseDefined: (course, { capacity }) => ({ ...course, capacity }),
    CourseCapacityChanged: (course, { newCapacity: capacity }) => ({ ...course, capacity }),
    StudentSubscribedToCourse: (course) => ({ ...course, taken: course.taken + 1 }),
  },
});

const studentTag = tag<Readonly<{ courses: readonly string[] }>, CampusEvent>()({
  name: 'student',
  from: [source],
  of: { StudentSubscribedToCourse: ({ studentId }) => studentId },
  initial: { courses: [] },
  evolve: { StudentSubscribedToCourse: ({ courses }, { courseId }) => ({ courses: [...courses, courseId] }) },
});

const ofCourse = { tags: { course: ({ courseId }: { courseId: string }) => courseId } };

/** The course subscriptions of dcb.events. No decision depends on the stream that an event is in: its tags alone count. */
export const campus = boundary<object, CampusEvent>()({
  category: 'campus',
  events,
  tags: [courseTag, studentTag],
  commands: {
    DefineCourse: command(['operator'], z.strictObject({ courseId: id, capacity: count }), ofCourse),
    ChangeCourseCapacity: command(['operator'], z.strictObject({ courseId: id, newCapacity: count }), ofCourse),
    SubscribeStudentToCourse: command(['operator'], z.strictObject({ courseId: id, studentId: id }), {
      tags: { course: ({ courseId }) => courseId, student: ({ studentId }) => studentId },
    }),
  },
  initial: {},
  decide: {
    DefineCourse: (_, data, { tags: { course } }) =>
      course.capacity === undefined ? [{ type: 'CourseDefined', data }] : refuse('course-exists'),
    ChangeCourseCapacity: (_, data, { tags: { course } }) => {
      if (course.capacity === undefined) return refuse('no-such-course');
      if (course.capacity === data.newCapacity) return refuse('same-capacity');
      return course.taken > data.newCapacity ? refuse('below-subscriptions') : [{ type: 'CourseCapacityChanged', data }];
    },
    SubscribeStudentToCourse: (_, data, { tags: { course, student } }) => {
      if (course.capacity === undefined) return refuse('no-such-course');
      if (course.taken >= course.capacity) return refuse('fully-booked');
      if (student.courses.includes(data.courseId)) return refuse('already-subscribed');
      if (student.courses.length >= 5) return refuse('too-many-courses');
      return [{ type: 'StudentSubscribedToCourse', data }];
    },
  },
  evolve: {
    CourseDefined: (state) => state,
    CourseCapacityChanged: (state) => state,
    StudentSubscribedToCourse: (state) => state,
  },
});
