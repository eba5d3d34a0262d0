import { crc32, deflateRawSync } from 'node:zlib';

/** The first day that the format knows: the same files make the same archive at any time. */
const date = (1 << 5) | 1;
const deflated = 8;
const utf8Names = 0x0800;
/** Read by everybody, written by the owner. */
const mode = 0o100644 * 0x10000;

/** What an entry's own header and its line in the directory have in common. */
const header = (name: Buffer, content: Buffer, packed: Buffer): Buffer => {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(utf8Names, 2);
  common.writeUInt16LE(deflated, 4);
  common.writeUInt16LE(date, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  return common;
};

const uint32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32LE(value, i * 4);
  });
  return bytes;
};

type Packed = Readonly<{ content: Buffer; packed: Buffer }>;

const pack = (text: string): Packed => {
  const content = Buffer.from(text);
  return { content, packed: deflateRawSync(content, { level: 1 }) };
};

/** The packed texts of earlier archives: most files of one are in the next one too. */
export type PackedTexts = Map<string, Packed>;

/** A zip archive of text files, as UpdateFunctionCode takes it. Files of more than 4 GB are beyond it, as they are beyond Lambda. */
export const zip = (files: ReadonlyMap<string, string>, known: PackedTexts = new Map()): Buffer => {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, text] of files) {
    const name = Buffer.from(path);
    const { content, packed } = known.get(text) ?? pack(text);
    known.set(text, { content, packed });
    const common = header(name, content, packed);
    const entry = Buffer.concat([uint32(0x04034b50), common, name, packed]);
    const more = Buffer.alloc(6);
    directory.push(uint32(0x02014b50).subarray(0, 4), Buffer.from([20, 3]), common, more, uint32(mode, at), name);
    entries.push(entry);
    at += entry.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...entries, list, end]);
};
