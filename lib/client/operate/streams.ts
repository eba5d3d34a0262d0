import type { FoundStreams, Wanted } from '../../engine/history/find-streams.ts';
import type { StoredPage } from '../../engine/history/stored.ts';
import type { SubjectExport } from '../../engine/operate/export-subject.ts';
import { type Calls, pathOf } from './calls.ts';

/** The commits as they are stored. */
export const streamCalls = ({ get }: Calls) => ({
  /** Looks through a part of the table for streams; the cursor goes on. */
  find: (wanted: Wanted & Readonly<{ cursor?: string }>) => get<FoundStreams>('/ops/streams', wanted),
  /** A page of a stream's commits, as they are stored. */
  stored: (category: string, id: string, page: Readonly<{ from?: number; limit?: number }> = {}) =>
    get<StoredPage>(`/ops/streams${pathOf(category, id, 'stored')}`, page),
  /** A person's values in one stream, opened; it is recorded who asked, and why. */
  personal: (subject: string, asked: Readonly<{ why: string; stream: string; cursor?: string }>) =>
    get<SubjectExport>(`/subjects${pathOf(subject, 'export')}`, { ...asked, limit: 100 }),
});
