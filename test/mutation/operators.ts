/** One small change of one place in the code. */
export type Mutant = Readonly<{ file: string; line: number; operator: string; before: string; after: string; text: string }>;

type Operator = Readonly<{ name: string; find: RegExp; put: (found: RegExpExecArray) => string }>;

const swap = (name: string, find: RegExp, put: string): Operator => ({ name, find, put: () => put });

/** Each finds places in one line of code. What they make of it must compile: the types find the others. */
const operators: readonly Operator[] = [
  swap('=== for !==', / !== /g, ' === '),
  swap('!== for ===', / === /g, ' !== '),
  swap('<= for <', / < (?=[\w(-])/g, ' <= '),
  swap('< for <=', / <= /g, ' < '),
  swap('>= for >', /(?<!=) > (?=[\w(-])/g, ' >= '),
  swap('> for >=', / >= /g, ' > '),
  swap('|| for &&', / && /g, ' || '),
  swap('&& for ||', / \|\| /g, ' && '),
  swap('- for +', /(?<=[\w)]) \+ (?=[\w(])(?!')/g, ' - '),
  swap('+ for -', /(?<=[\w)]) - (?=[\w(])/g, ' + '),
  swap('false for true', /\btrue\b/g, 'false'),
  swap('true for false', /\bfalse\b/g, 'true'),
  swap('the condition is always true', /(?<=\bif \()(?=.*\) )[^()]*(?:\([^()]*\)[^()]*)*(?=\))/g, 'true'),
  swap('the condition is always false', /(?<=\bif \()(?=.*\) )[^()]*(?:\([^()]*\)[^()]*)*(?=\))/g, 'false'),
  {
    name: 'a number is one more',
    find: /(?<![\w.'"`$-])\d(?![\w.'"`])/g,
    put: ([found]) => String(Number(found) + 1),
  },
  swap('nothing is filtered', /\.filter\(\([^()]*\) => [^()]*(?:\([^()]*\)[^()]*)*\)/g, '.filter(() => true)'),
  swap('every for some', /\.some\(/g, '.every('),
  swap('some for every', /\.every\(/g, '.some('),
  swap('min for max', /Math\.max\(/g, 'Math.min('),
  swap('max for min', /Math\.min\(/g, 'Math.max('),
  swap('the first for the last', /\.at\(-1\)/g, '.at(0)'),
  { name: 'a statement is left out', find: /^\s*(?:await )?[\w.!?]+\([^{}]*\);$/g, put: () => '' },
  { name: 'an early return is left out', find: /^\s*if \([^{}]*\) return[^{}]*;$/g, put: () => '' },
  { name: 'a fallback is taken always', find: /(?<=[=(,] )[\w.]+(?:\?\.)?[\w.]* \?\? /g, put: () => '' },
  { name: 'a part of a condition on the table is left out', find: / AND [#:\w <>=()]+(?=['`])/g, put: () => '' },
];

const isCode = (line: string): boolean =>
  !/^\s*(?:import|export type|type|interface|\/\/|\*|\/\*\*)/.test(line) && !line.includes('throw new');

/** All mutants of a file, in the order of its lines. */
export const mutantsOf = (file: string, source: string): readonly Mutant[] => {
  const lines = source.split('\n');
  return lines.flatMap((line, i) => {
    if (!isCode(line)) return [];
    const code = line.replace(/\s\/\/ .*$/, '');
    return operators.flatMap(({ name, find, put }) =>
      [...code.matchAll(find)].flatMap((found) => {
        const after = `${line.slice(0, found.index)}${put(found)}${line.slice(found.index + found[0].length)}`;
        if (after === line) return [];
        const text = lines.with(i, after).join('\n');
        return [{ file, line: i + 1, operator: name, before: line.trim(), after: after.trim(), text }];
      }),
    );
  });
};
