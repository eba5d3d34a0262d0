const widest = 110;
const name = /^[A-Za-z_$][\w$]*$/;

const quoted = (text: string): string => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

const listed = (parts: readonly string[], [open, close]: readonly [string, string], indent: string): string => {
  if (parts.length === 0) return open + close;
  const space = open === '{' ? ' ' : '';
  const line = `${open}${space}${parts.join(', ')}${space}${close}`;
  if (indent.length + line.length <= widest && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join('')}${indent}${close}`;
};

/** A JSON value as TypeScript has it. */
export const literal = (value: unknown, indent = ''): string => {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return listed(
      value.map((each) => literal(each, inner)),
      ['[', ']'],
      indent,
    );
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return listed(
    entries.map(([key, each]) => `${name.test(key) ? key : quoted(key)}: ${literal(each, inner)}`),
    ['{', '}'],
    indent,
  );
};
