import type { Certificate } from '../../engine/operate/erase.ts';
import type { SubjectExport } from '../../engine/operate/export-subject.ts';
import type { SubjectReport } from '../../engine/operate/subjects/report.ts';
import { type Calls, pathOf } from './calls.ts';

/** What those may ask who may erase persons. */
export const subjectCalls = ({ get, post }: Calls) => ({
  /** What is held about a person: where, and how much; none of the values. */
  read: (subject: string) => get<SubjectReport>(`/subjects${pathOf(subject)}`),
  /** A page of all that is held about a person. The request is recorded, with its reason. */
  export: (subject: string, asked: Readonly<{ why: string; limit?: number; cursor?: string; stream?: string }>) =>
    get<SubjectExport>(`/subjects${pathOf(subject, 'export')}`, asked),
  /** Deletes a person's keys for good, and answers the certificate. */
  erase: (subject: string, why: string) => post<Certificate>(`/subjects${pathOf(subject, 'erase')}`, { why }),
});
