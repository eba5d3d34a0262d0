import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isPublic } from '../../lib/core/access.ts';
import type { CommandFormat } from '../../lib/core/decider.ts';
import { manifests } from './manifests.ts';

/** Fields that the system fills: about a command, its stream and its sender. */
const system =
  /^(owner|actor|role|sub|id|at|v|version|stream|commit|command|digest|meta|correlation|causation|network|balance|status|transferId)$/;

type JsonSchema = Readonly<{ type?: string; properties?: Readonly<Record<string, JsonSchema>>; additionalProperties?: unknown }>;

/** The fields of a schema that a caller must not be able to fill, and the objects that take fields that nobody declared. */
const faultsOf = ({ schema }: CommandFormat<unknown>) => {
  const look = (part: JsonSchema, path: string): string[] => [
    ...(part.type === 'object' && part.additionalProperties !== false ? [`${path || 'it'} takes any field`] : []),
    ...Object.entries(part.properties ?? {}).flatMap(([name, inner]) => [
      ...(system.test(name) ? [`${path}/${name} is the system's to fill`] : []),
      ...look(inner, `${path}/${name}`),
    ]),
  ];
  return look(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, '');
};

const aggregates = new Set(manifests.flatMap(({ manifest }) => manifest.aggregates));
const commands = [...aggregates].flatMap(({ category, commands }) =>
  Object.entries(commands)
    .filter(([, { may }]) => isPublic(may))
    .map(([name, format]) => ({ command: `${category}.${name}`, format })),
);

describe('the schema of every public command', () => {
  it.each(commands)('$command has no field that only the system may fill', ({ format }) => expect(faultsOf(format)).toEqual([]));

  it('there are some, and the check can fail', () => {
    expect(commands.length).toBeGreaterThan(3);
    const schema = z.strictObject({ owner: z.string(), terms: z.object({ at: z.string() }) });
    expect(faultsOf({ may: ['owner'], schema })).toEqual([
      "/owner is the system's to fill",
      '/terms takes any field',
      "/terms/at is the system's to fill",
    ]);
  });
});
