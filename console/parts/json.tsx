type Props = Readonly<{
  value: unknown;
  /** The value before: what differs from it is marked. */
  before?: unknown;
  name?: string;
}>;

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** A value as text; sealed values and erased ones say what they are. */
const textOf = (value: unknown): string =>
  value === undefined ? 'absent' : typeof value === 'bigint' ? String(value) : JSON.stringify(value);

const same = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

const Leaf = ({ value, before, name }: Props) => {
  const isChanged = before !== undefined && !same(value, before);
  return (
    <span class={isChanged ? 'is-changed' : undefined}>
      {name !== undefined && <span class="name">{name}: </span>}
      {isChanged && <span class="was">{textOf(before)}</span>} {textOf(value)}
    </span>
  );
};

/** A JSON value as a tree. Whatever is in it is text. */
export const Json = ({ value, before, name }: Props) => {
  if (!isTree(value) || Object.keys(value).length === 0) return <Leaf value={value} before={before} name={name} />;
  const old = isTree(before) ? before : undefined;
  const names = [...new Set([...Object.keys(value), ...Object.keys(old ?? {})])];
  return (
    <details class="json" open>
      <summary>
        {name !== undefined && <span class="name">{name}</span>}{' '}
        {Array.isArray(value) ? (
          `${names.length} items`
        ) : (
          <span class={name === undefined ? 'dim' : 'hidden-text'}>
            {names.length === 1 ? '1 field' : `${names.length} fields`}
          </span>
        )}
      </summary>
      <ul>
        {names.map((each) => (
          <li key={each}>
            <Json name={each} value={value[each]} {...(before !== undefined && { before: old?.[each] ?? null })} />
          </li>
        ))}
      </ul>
    </details>
  );
};
