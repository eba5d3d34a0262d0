/** The first 32 bits of the fractional parts of a root of each of the first primes, as FIPS 180-4 has them. */
const constants = (count: number, root: number): Uint32Array => {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Uint32Array.from(primes, (prime) => Math.floor((prime ** (1 / root) % 1) * 2 ** 32));
};

const [start, added] = [constants(8, 2), constants(64, 3)];
const turned = (x: number, by: number): number => (x >>> by) | (x << (32 - by));
const words = new Uint32Array(64);

/** The message with its end: a one, zeros, and its length in bits. */
const padded = (message: Uint8Array): DataView => {
  const bytes = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(bytes.length - 4, message.length << 3);
  return view;
};

const spread = (view: DataView, from: number): void => {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(from + i * 4);
  for (let i = 16; i < 64; i++) {
    const [a, b] = [words[i - 15]!, words[i - 2]!];
    const s0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
    const s1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
    words[i] = (words[i - 16]! + s0 + words[i - 7]! + s1) | 0;
  }
};

const mix = (state: Uint32Array): void => {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + added[i]! + words[i]!) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (state[i]! + word) | 0;
  });
};

const encoder = new TextEncoder();

/** SHA-256 of a text, hexadecimal: what a browser's own answers only later, where the engine wants it at once. */
export const sha256 = (text: string): string => {
  const view = padded(encoder.encode(text));
  const state = Uint32Array.from(start);
  for (let from = 0; from < view.byteLength; from += 64) {
    spread(view, from);
    mix(state);
  }
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
};
