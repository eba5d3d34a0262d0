import * as z from 'zod';
import { isPublic } from '../core/access.ts';
import type { Commit } from '../core/commit.ts';
import { exampleOf } from '../core/made-up.ts';
import type { Manifest } from '../core/manifest.ts';
import { kebab } from '../core/stream.ts';
import { type AsTest, asTest, type Tried, tryAt } from './as-test.ts';
import { deciderOf, type Opened, verifyOpened } from './opened.ts';
import { instancesOf, processOf, reactAgain } from './reaction.ts';
import { eventsOf, type Stepped, type Through, throughsOf, walkerOf } from './through.ts';

/** A command that the page has a form for. */
export type CommandForm = Readonly<{
  type: string;
  path: string;
  may: readonly string[];
  /** Of its body, as JSON Schema. */
  schema: object;
  example?: unknown;
}>;

const formsOf = (manifest: Manifest, stream: string): readonly CommandForm[] =>
  Object.entries(deciderOf(manifest, stream)?.commands ?? {})
    .filter(([, { may }]) => isPublic(may))
    .map(([type, { may, schema }]) => {
      const example = exampleOf(schema);
      return {
        type,
        path: kebab(type),
        may,
        schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
        ...(example && { example: example.data }),
      };
    });

type Walk = Readonly<{ kind: Through['kind']; name: string; commit: number }>;

/** The calls of the page about one stream, which it opens and hands over page by page. */
export const streamCalls = (manifest: Manifest) => {
  let opened: Opened = { stream: '', commits: [] };
  let walkers = new Map<string, (commit: number) => Stepped>();
  /** The commits that an instance reacted to first, as far as the page has looked. */
  let firsts = new Set<string>();
  const walk = ({ kind, name, commit }: Walk): Stepped => {
    const key = `${kind}/${name}`;
    const walker = walkers.get(key) ?? walkerOf(manifest, opened, { kind, name });
    walkers.set(key, walker);
    return walker(commit);
  };
  const at = (commit: number): Commit => {
    const found = opened.commits[commit - 1];
    if (!found) throw new Error(`${opened.stream} has no commit ${commit}.`);
    return found;
  };
  return {
    /** Opens a stream, of which nothing has been handed over yet. */
    openStream: ({ stream }: Readonly<{ stream: string }>) => {
      opened = { stream, commits: [] };
      walkers = new Map();
      firsts = new Set();
      return { throughs: throughsOf(manifest, stream), forms: formsOf(manifest, stream) };
    },
    addCommits: ({ commits }: Readonly<{ commits: readonly Commit[] }>) => {
      opened.commits.push(...commits);
      return opened.commits.length;
    },
    verifyStream: () => verifyOpened(opened),
    step: (asked: Walk): Stepped & Readonly<{ events: readonly object[] }> => ({
      ...walk(asked),
      events: asked.commit > 0 ? eventsOf(manifest, at(asked.commit)) : [],
    }),
    instances: ({ name, commit }: Readonly<{ name: string; commit: number }>) =>
      instancesOf(processOf(manifest, name), at(commit)),
    react: (asked: Readonly<{ name: string; commit: number; instance: string; history: readonly Commit[] }>) => {
      const reacted = reactAgain(processOf(manifest, asked.name), at(asked.commit), asked.instance, asked.history);
      if ((reacted.stored ?? asked.history.length + 1) === 1) firsts.add(`${asked.name}/${asked.commit}`);
      return reacted;
    },
    tryAt: ({ commit, ...tried }: Tried & Readonly<{ commit: number }>) => tryAt(manifest, opened, commit, tried),
    asTest: (asked: Omit<AsTest, 'isFirst'>) =>
      asTest(manifest, opened, { ...asked, isFirst: firsts.has(`${asked.name}/${asked.commit}`) }),
  };
};

/** The calls with their answers, for the page. */
export type StreamCalls = ReturnType<typeof streamCalls>;
