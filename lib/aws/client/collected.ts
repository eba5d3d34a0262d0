/** What an answer's body emits. */
type Body = Readonly<{
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'error', listener: (cause: Error) => void): unknown;
}>;

/** The bytes of an answer's body. Most come in one piece: the SDK's own way pipes them through a stream of its own. */
export const collected = (body: Body): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk) => chunks.push(chunk));
    body.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    body.on('error', reject);
  });
