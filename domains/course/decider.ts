import { boundary, command, refuse } from 'foldstream';
import * as z from 'zod';
import { type CourseEvent, courseEvents } from '../../events/course.ts';
import { courseTag } from './tags.ts';

const places = z.int().min(1).max(1_000);
const language = z.enum(['en', 'de', 'fr']);
const itself = { tags: { course: (_: unknown, id: string) => id } };

/** A course and its places. How many are taken is decided by events of enrolments, which carry its tag. */
export const course = boundary<Readonly<{ offered: boolean }>, CourseEvent>()({
  category: 'course',
  events: courseEvents,
  tags: [courseTag],
  commands: {
    Offer: command(['operator'], z.strictObject({ title: z.string().min(1).max(200), places, language }), itself),
    ChangePlaces: command(['operator'], z.strictObject({ places }), itself),
  },
  initial: { offered: false },
  decide: {
    Offer: ({ offered }, data) => (offered ? refuse('already-offered') : [{ type: 'CourseOffered', data }]),
    ChangePlaces: ({ offered }, { places }, { tags: { course } }) => {
      if (!offered) return refuse('not-offered');
      if (places < course.taken) return refuse('places-taken', { taken: course.taken });
      return places === course.places ? [] : [{ type: 'PlacesChanged', data: { places } }];
    },
  },
  evolve: { CourseOffered: () => ({ offered: true }), PlacesChanged: (state) => state },
});
