/** What a deployment may tune; each figure's reason stands beside it. */
export type Settings = Readonly<typeof defaultSettings>;

export const defaultSettings = {
  /** Tries of one command against lost races before it answers 409. */
  tries: 12,
  /** Full jitter: the wait after the second lost race is anything up to this, and doubles with each further one. */
  backoffMilliseconds: 25,
  backoffCeilingMilliseconds: 1_000,
  /** A cached state older than this is read again before anything is appended on it: see the design's rule on restored tables. */
  cacheAgeMilliseconds: 5 * 60_000,
  cacheBytes: 32 * 1024 * 1024,
  /** About 40 commits of 250-byte events: 7 read units for a cold load, 3 write units for a snapshot. */
  snapshotBytes: 24 * 1024,
  /** How many commits back a repeated Idempotency-Key is recognised. */
  idempotencyWindow: 256,
  eventsPerCommit: 1_000,
  /** DynamoDB's own limit, keys and attribute names included. */
  commitBytes: 400 * 1024,
};
