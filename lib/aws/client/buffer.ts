export type Data = string | ArrayBuffer | ArrayBufferView;

/** The bytes of a text, or those that a view shows, which are not copied. */
export const bufferOf = (data: Data): Buffer => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
};
