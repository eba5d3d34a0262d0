import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const offer = z.object({ title: z.string(), places: z.int() });

/** Stored formats: append-only once released, see account.ts. */
export const courseEvents = {
  CourseOffered: v1(offer)
    // v2, 2026-12: courses in other languages. Until then all were held in English.
    .next(offer.extend({ language: z.string() }), (old) => ({ ...old, language: 'en' })),
  PlacesChanged: v1(z.object({ places: z.int() })),
};

const seat = z.object({ course: z.string(), student: z.string() });

/** A student is an opaque id. */
export const enrolmentEvents = {
  StudentEnrolled: v1(seat),
  StudentLeft: v1(seat),
};

export type CourseEvent = EventOf<typeof courseEvents>;
export type EnrolmentEvent = EventOf<typeof enrolmentEvents>;

export const courseSource: Source<CourseEvent> = { category: 'course', events: courseEvents };
export const enrolmentSource: Source<EnrolmentEvent> = { category: 'enrolment', events: enrolmentEvents };
