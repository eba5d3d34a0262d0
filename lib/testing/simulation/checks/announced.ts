import { type Commit, versionBefore } from '../../../core/commit.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { decidersOf } from '../../../core/process/decider.ts';
import { parseStream } from '../../../core/stream.ts';

/** Written from the contract's words alone: what is named as public, not imported, and not from before it was public. By its CloudEvent's id. */
const publicOf = (manifest: Manifest, streams: ReadonlyMap<string, readonly Commit[]>): ReadonlySet<string> => {
  const ids = new Set<string>();
  for (const [stream, commits] of streams) {
    const { publishes = [], publishesSince = {} } =
      decidersOf(manifest).find(({ category }) => category === parseStream(stream)?.category) ?? {};
    for (const commit of commits)
      for (const [i, { type }] of commit.events.entries())
        if (publishes.includes(type) && commit.imported === undefined && !(commit.at < (publishesSince[type] ?? '')))
          ids.add(`${stream}/${versionBefore(commit) + i + 1}`);
  }
  return ids;
};

/** The faults of the announced events: every public event at least once, and nothing else. */
export const announcedFault = (
  releases: readonly Manifest[],
  streams: ReadonlyMap<string, readonly Commit[]>,
  outside: ReadonlySet<string>,
): string | undefined => {
  const all = releases.map((manifest) => publicOf(manifest, streams));
  const missing = [...(all.at(-1) ?? [])].find((id) => !outside.has(id));
  if (missing !== undefined) return `the public event ${missing} was never sent`;
  const secret = [...outside].find((id) => !all.some((ids) => ids.has(id)));
  return secret === undefined ? undefined : `${secret} was sent to other teams, and is not public`;
};
