/** The longest line of generated code. */
const width = 130;

type Brackets = Readonly<{ open: string; close: string }>;

/** A list in code: on one line where it fits behind `before`, else with an item on each line. `indent` is that of the line it begins on. */
export const listed = (
  items: readonly string[],
  { open, close }: Brackets,
  { indent = '', before = '', after = '' }: Readonly<{ indent?: string; before?: string; after?: string }> = {},
): string => {
  const pad = open === '{' && items.length > 0 ? ' ' : '';
  const line = `${open}${pad}${items.join(`, `)}${pad}${close}`;
  if (!line.includes('\n') && (indent + before + line + after).length <= width) return line;
  return `${open}\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}${close}`;
};

const quoted = (text: string): string => {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
};

const keyed = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

/** A JSON value as code. */
export const literal = (value: unknown, at: Readonly<{ indent?: string; before?: string; after?: string }> = {}): string => {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = { indent: `${at.indent ?? ''}  ` };
  if (Array.isArray(value))
    return listed(
      value.map((item) => literal(item, inner)),
      { open: '[', close: ']' },
      at,
    );
  const items = Object.entries(value).map(([key, item]) => {
    const before = `${keyed(key)}: `;
    return before + literal(item, { ...inner, before, after: ',' });
  });
  return listed(items, { open: '{', close: '}' }, at);
};
