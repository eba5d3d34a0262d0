import type { Commit } from '../../core/commit.ts';
import { canonical } from '../../engine/canonical.ts';
import { commitType } from '../../engine/history/export-line.ts';

/** The `source` of exported commits: CloudEvents wants it unique for all time together with the id, and it must never be that of a public event. */
const source = 'urn:foldstream:commits';

/**
 * A commit as a line of an export: CloudEvents 1.0, structured JSON, the whole commit in `data`. Canonical (RFC 8785), so that the same commit
 * is the same bytes in every export. Stored format of 2026-11.
 */
export const toLine = (commit: Commit): string =>
  canonical({
    specversion: '1.0',
    id: `${commit.stream}/${commit.commit}`,
    source,
    type: commitType,
    subject: commit.stream,
    time: commit.at,
    datacontenttype: 'application/json',
    data: commit,
  });
