/**
 * What is given for ids, in the form in which `decide` gets facts and tags: one for a single id, a record by id for a list.
 * @example ofEach(['a', 'b'], priceOf); // { a: 5, b: 7 }
 */
export const ofEach = (ids: string | readonly string[], of: (id: string) => unknown): unknown =>
  typeof ids === 'string' ? of(ids) : Object.fromEntries(ids.map((id) => [id, of(id)]));
