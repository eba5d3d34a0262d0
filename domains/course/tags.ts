import { tag } from 'foldstream';
import { type CourseEvent, courseSource, type EnrolmentEvent, enrolmentSource } from '../../events/course.ts';

export type Course = Readonly<{ places?: number; taken: number }>;

/** `course:<id>`: a course and everybody in it. */
export const courseTag = tag<Course, CourseEvent | EnrolmentEvent>()({
  name: 'course',
  from: [courseSource, enrolmentSource],
  of: {
    CourseOffered: (_, id) => id,
    PlacesChanged: (_, id) => id,
    StudentEnrolled: ({ course }) => course,
    StudentLeft: ({ course }) => course,
  },
  initial: { taken: 0 },
  evolve: {
    CourseOffered: (course, { places }) => ({ ...course, places }),
    PlacesChanged: (course, { places }) => ({ ...course, places }),
    StudentEnrolled: (course) => ({ ...course, taken: course.taken + 1 }),
    StudentLeft: (course) => ({ ...course, taken: course.taken - 1 }),
  },
});

export type Student = Readonly<{ courses: readonly string[] }>;

/** `student:<id>`: the courses that a student is in now. */
export const studentTag = tag<Student, EnrolmentEvent>()({
  name: 'student',
  from: [enrolmentSource],
  of: { StudentEnrolled: ({ student }) => student, StudentLeft: ({ student }) => student },
  initial: { courses: [] },
  evolve: {
    StudentEnrolled: ({ courses }, { course }) => ({ courses: [...courses, course] }),
    StudentLeft: ({ courses }, { course }) => ({ courses: courses.filter((each) => each !== course) }),
  },
});
