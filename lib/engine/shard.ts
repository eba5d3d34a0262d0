const utf8 = new TextEncoder();

/** FNV-1a: the part of a row that a stream adds to, or of a list that it is in. Stored format of 2026-11: its result must never change. */
export const shardOf = (stream: string, shards = 1): number => {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(stream)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % shards;
};
