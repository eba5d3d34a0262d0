const utf8 = new TextEncoder();

const ofBytes = (bytes: Uint8Array): number => {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};

/** FNV-1a: the part of a row that a stream adds to, or of a list that it is in. Stored format of 2026-11: its result must never change. */
export const shardOf = (stream: string, shards = 1): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < stream.length; i++) {
    const code = stream.charCodeAt(i);
    if (code > 0x7f) return ofBytes(utf8.encode(stream)) % shards;
    hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
  }
  return hash % shards;
};
