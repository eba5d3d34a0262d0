type Any = Readonly<Record<string, unknown>>;

const isCommit = (value: Any) => typeof value.stream === 'string' && Array.isArray(value.events);
const isItem = (value: Any) => typeof value.key === 'string' && typeof value.sort === 'string';

/** A call's arguments or answer, as short as a reader of a trace wants it. */
export const brief = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(brief).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const any = value as Any;
  if (isCommit(any))
    return `${any.stream} ${any.commit}: ${(any.events as { type: string }[]).map(({ type }) => type).join('+') || 'nothing'}`;
  if (isItem(any)) {
    const { key, sort, stream: _, owner: _owner, lists: _lists, commit, ...rest } = any;
    return `${key} ${sort} @${commit} ${JSON.stringify(rest)}`;
  }
  if (typeof any.detail === 'string') return `${any.detailType} ${(any.resources as string[] | undefined)?.join() ?? ''}`;
  if (Array.isArray(any.commits)) return `[${any.commits.map(brief).join(', ')}]${any.next === undefined ? '' : ' and more'}`;
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
};
