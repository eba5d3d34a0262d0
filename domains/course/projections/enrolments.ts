import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type EnrolmentEvent, enrolmentSource } from '../../../events/course.ts';
import { instant } from '../../fields.ts';

const row = z.object({ course: z.string(), student: z.string(), enrolledAt: instant, leftAt: instant.optional() });

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/enrolments: a student's own courses; and for operators the roster of a course: ?list=by-course&by=<courseId> */
export const enrolments = rowPerStream<Row, EnrolmentEvent>()({
  row,
  name: 'enrolments',
  revision: 1,
  from: enrolmentSource,
  may: ['owner', 'operator'],
  owner: (row) => row.student,
  // Those who left are in the row of their enrolment, and in no roster.
  lists: { 'by-course': { by: (row) => (row.leftAt === undefined ? row.course : undefined), sort: (row) => row.enrolledAt } },
  on: {
    StudentEnrolled: (_, { data, at }) => ({ ...data, enrolledAt: at }),
    StudentLeft: (row, { at }) => row && { ...row, leftAt: at },
  },
});
