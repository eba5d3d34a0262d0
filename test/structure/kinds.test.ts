import { describe, expect, it } from 'vitest';
import { tableKinds } from '../../lib/infra/view/kinds.ts';
import { product, sourcesOf } from './sources.ts';

const names = Object.keys(tableKinds);

/** A kind's name may declare a view (`kind: 'x'`), be a key of a table (`'x': ...`), or choose a type of projection (`Of<'x'>`). */
const allowed = names.map((name) => new RegExp(`\\bkind: '${name}'|(?<!case )'${name}':|\\bOf<'${name}'>`, 'g'));
const named = new RegExp(`['"\`](?:${names.join('|')})['"\`]`);
/** Comparisons without a name: of two kinds, of records, and of fields that only some kinds declare. */
const compared = /\bkindOf\([^()]*\) *[!=]==|projection\.kind *[!=]==|[!=]== *\w+\.projection\.kind\b/;
const fields = /'(?:initial|shares|shards|show)' in |hasOwn\(\w+, '(?:initial|shares|shards|show)'\)/;
/** The index that lists shared rows has the name of their kind. */
const index = /^(?:const|export const) \w+ = 'shared-rows';$/;

const faultsOf = (file: string, source: string): readonly string[] =>
  source.split('\n').flatMap((line, i) => {
    const rest = allowed.reduce((left, pattern) => left.replaceAll(pattern, ''), index.test(line) ? '' : line);
    return [named, compared, fields].some((pattern) => pattern.test(rest))
      ? [`${file}:${i + 1} tells kinds of views apart: add a member to a table of kinds, and ask its record.`]
      : [];
  });

describe('kinds of views', () => {
  it('are told apart by the tables of kinds alone', () => {
    const sources = sourcesOf(product);
    expect(names).toContain('shared-rows');
    expect(sources.size).toBeGreaterThan(300);
    expect([...sources].flatMap(([file, source]) => faultsOf(file, source))).toEqual([]);
  });

  it.each([
    "if (projection.kind === 'shared-rows') return undefined;",
    "const isRow = kind !== 'row-per-stream';",
    "switch (kind) { case 'rows-per-stream': return [];",
    "const shared = ['shared-rows'].includes(kind);",
    'const name = "shared-rows";',
    "if ('shares' in projection) return projection.shares(memory);",
    "if (Object.hasOwn(projection, 'initial')) return projection.initial;",
    'if (kindOf(projection) === sharedRows) return [];',
    'return first.projection.kind === second.projection.kind;',
  ])('that are told apart elsewhere are found: %s', (line) => expect(faultsOf('lib/a.ts', line)).toHaveLength(1));

  it.each([
    "  kind: 'rows-per-stream',",
    "  'shared-rows': sharedRows,",
    "export const rowPerStream: Kind<Of<'row-per-stream'>> = {",
    'return kindOf(projection).write(projecting, before, change);',
    "if (found.kind === 'roll-back') return undefined;",
  ])('that are not, are none: %s', (line) => expect(faultsOf('lib/a.ts', line)).toEqual([]));
});
