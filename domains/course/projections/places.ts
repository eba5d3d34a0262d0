import { sharedRows } from 'foldstream';
import * as z from 'zod';
import { type CourseEvent, courseSource, type EnrolmentEvent, enrolmentSource } from '../../../events/course.ts';
import { count } from '../../fields.ts';

type Known = Readonly<{ course?: string; places?: number; isIn?: boolean }>;

const row = z.object({ places: count, taken: count });

/** GET /views/course-places/{courseId}: how many places a course has, and how many of them are taken. */
export const coursePlaces = sharedRows<Known, CourseEvent | EnrolmentEvent>()({
  row,
  name: 'course-places',
  revision: 1,
  from: [courseSource, enrolmentSource],
  may: ['user'],
  initial: {},
  on: {
    CourseOffered: (_, { entityId, data }) => ({ course: entityId, places: data.places }),
    PlacesChanged: (known, { data }) => ({ ...known, places: data.places }),
    StudentEnrolled: (_, { data }) => ({ course: data.course, isIn: true }),
    StudentLeft: (known) => ({ ...known, isIn: false }),
  },
  shares: ({ course, places, isIn }) =>
    course === undefined ? {} : { [course]: { counts: { ...(places && { places }), ...(isIn && { taken: 1 }) } } },
  show: ({ counts }) => ({ places: counts.places ?? 0, taken: counts.taken ?? 0 }),
});
