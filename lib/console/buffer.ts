// The parts of Node's Buffer that the engine measures and compares texts with. A browser has none.
const encoder = new TextEncoder();

const compare = (a: Uint8Array, b: Uint8Array): number => {
  const differs = a.findIndex((byte, i) => byte !== b[i]);
  return differs === -1 ? a.length - b.length : (a[differs] ?? 0) - (b[differs] ?? 0);
};

/** Gives the engine those parts, where there is no Buffer. */
export const installBuffer = (): void => {
  const scope = globalThis as { Buffer?: unknown };
  scope.Buffer ??= {
    byteLength: (text: string) => encoder.encode(text).length,
    from: (text: string) => encoder.encode(text),
    compare: (a: Uint8Array, b: Uint8Array) => Math.sign(compare(a, b)),
  };
};
