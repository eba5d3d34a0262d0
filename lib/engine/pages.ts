/**
 * All pages of a read, one after the other. It is asked with the options as they are, and then with `after` beside them: where the page before ended,
 * as its `next` said. The last page has none.
 */
export async function* pages<O extends object, P extends Readonly<{ next?: unknown }>>(
  read: (options: O) => Promise<P>,
  options: O,
): AsyncGenerator<P> {
  for (let asked: O | undefined = options; asked; ) {
    const page: P = await read(asked);
    yield page;
    asked = page.next === undefined ? undefined : { ...options, after: page.next };
  }
}
