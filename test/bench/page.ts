import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

/** Puts a section of docs/benchmarks.md in place of the one that an earlier run wrote; nothing else on the page is touched. */
export const writeSection = (name: string, text: string): void => {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const from = before.indexOf(begin);
  const section = `${begin}\n\n${text}\n\n${end}`;
  const after =
    from < 0
      ? `${before.trimEnd()}\n\n${section}\n`
      : `${before.slice(0, from)}${section}${before.slice(before.indexOf(end) + end.length)}`;
  writeFileSync(page, after);
};
