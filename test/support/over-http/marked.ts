import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { Found } from './everything.ts';

/** What is searched for: a text, or bytes. */
export type Mark = string | Uint8Array;

const gzip = Buffer.from([0x1f, 0x8b]);
const zipEntry = Buffer.from('PK\x03\x04', 'latin1');
const [zlibFirst, zipHeader] = [0x78, 30];

/** The entries of a zip file, by their own headers. */
const entriesOf = (zip: Buffer): readonly Buffer[] => {
  const entries: Buffer[] = [];
  for (let at = zip.indexOf(zipEntry); at >= 0; at = zip.indexOf(zipEntry, at + 1)) {
    const data = at + zipHeader + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
    if (zip.readUInt16LE(at + 8) !== 0) entries.push(inflateRawSync(zip.subarray(data)));
  }
  return entries;
};

/** Bytes without their compression, if they have one. */
const inflated = (bytes: Buffer): readonly Buffer[] => {
  if (bytes.subarray(0, 2).equals(gzip)) return [gunzipSync(bytes)];
  if (bytes.subarray(0, 4).equals(zipEntry)) return entriesOf(bytes);
  // The header of zlib is a multiple of 31. Other bytes may happen to begin so.
  if (bytes.length < 3 || bytes[0] !== zlibFirst || bytes.readUInt16BE(0) % 31 !== 0) return [];
  try {
    return [inflateSync(bytes)];
  } catch {
    return [];
  }
};

const inBase64 = /(?:H4sI|UEsDB|e[AFJN])[A-Za-z0-9+/_-]{8,}={0,2}/g;

/** Bytes as they are, and all that is compressed in them, also in base64 within a text. */
const unfolded = (bytes: Buffer): readonly Buffer[] => {
  const encoded = (bytes.toString('latin1').match(inBase64) ?? []).map((text) => Buffer.from(text, 'base64'));
  return [bytes, ...[bytes, ...encoded].flatMap(inflated).flatMap(unfolded)];
};

/** All bytes in a value, compressed ones also as they were before. */
const bytesIn = (value: unknown): readonly Buffer[] => {
  if (value instanceof Uint8Array) return unfolded(Buffer.from(value));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, one]) => [Buffer.from(name), ...bytesIn(one)]);
  return unfolded(Buffer.from(String(value)));
};

/** All JSON in a value, also what texts hold, and compressed ones. */
export const jsonIn = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return unfolded(Buffer.from(value)).map((bytes) => jsonIn(bytes.toString()));
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value)
      ? value.map(jsonIn)
      : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, jsonIn(one)]));
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return jsonIn(JSON.parse(value));
  } catch {
    return value;
  }
};

/** A mark in the forms in which it might lie about: as it is, as part of a URL, and in base64 at each of its three offsets. */
const formsOf = (mark: Mark): readonly Buffer[] => {
  const bytes = Buffer.from(mark as string);
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // The first and last characters depend on what stands beside the mark.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  const inUrls = typeof mark === 'string' ? [encodeURIComponent(mark)] : [];
  const all = [...inUrls, ...encoded, ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
  return [bytes, ...new Set(all)].map((form) => Buffer.from(form as string));
};

/** Tells whether a value shows any of the marks: plain, in base64, compressed, or compressed in base64. */
export const showing = (marks: readonly Mark[]): ((value: unknown) => boolean) => {
  const forms = marks.flatMap(formsOf);
  return (value) => bytesIn(value).some((bytes) => forms.some((form) => bytes.includes(form)));
};

/** Where marks are found, in everything that is given; and how much was looked through, by the kind of the place. */
export const placesOf = async (marks: readonly Mark[], everything: AsyncIterable<Found>) => {
  const shows = showing(marks);
  const places = new Set<string>();
  const looked: Record<string, number> = {};
  for await (const { place, value } of everything) {
    const kind = place.split(' ')[0]!;
    looked[kind] = (looked[kind] ?? 0) + 1;
    if (shows(value)) places.add(place);
  }
  return { places: [...places], looked };
};
