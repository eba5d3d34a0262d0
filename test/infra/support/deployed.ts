import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

import * as z from 'zod';
import { type AnyDecider, command, type Decider } from '../../../lib/core/decider.ts';
import { guarded } from '../../../lib/core/fact/facts.ts';
import { defineManifest, type Manifest } from '../../../lib/core/manifest.ts';
import { effectsOf } from '../../../lib/core/process/decider.ts';
import type { RowPerStream, RowsPerStream } from '../../../lib/core/projection.ts';
import { v1 } from '../../../lib/core/version.ts';
import { effectStep } from '../../../lib/infra/code/bundle.ts';
import { FoldstreamStack } from '../../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { flattened } from './flattened.ts';

const nothing = z.strictObject({});
const events = { Sent: v1(z.object({ owner: z.string() })), Lost: v1(nothing), Opened: v1(nothing) };
type Event =
  | Readonly<{ type: 'Sent'; data: { owner: string } }>
  | Readonly<{ type: 'Lost' | 'Opened'; data: Record<string, never> }>;
type State = Readonly<{ owner?: string }>;

const decider = <C extends string>(category: string, name: C, who: 'owner' | 'process') =>
  ({
    category,
    events,
    commands: { [name]: command([who], nothing) },
    initial: {},
    owner: (state: State) => state.owner,
    decide: { [name]: () => [] },
    evolve: { Sent: (_: State, { owner }: { owner: string }) => ({ owner }), Lost: (s: State) => s, Opened: (s: State) => s },
  }) as unknown as Decider<State, { type: C; data: Record<string, never> }, Event> & AnyDecider;

const parcel = { ...decider('parcel', 'Send', 'owner'), publishes: ['Sent' as const, 'Lost' as const] };
const audit = {
  ...decider('audit', 'Note', 'process'),
  commands: {
    Note: command(['process'], z.strictObject({ parcel: z.string() }), {
      owns: { parcel: (note) => note.parcel },
      facts: { sent: guarded(parcel, (note) => note.parcel) },
    }),
  },
} as unknown as ReturnType<typeof decider<'Note'>>;

type Row = Readonly<{ owner: string }>;
const list: RowPerStream<Row, Event> = {
  kind: 'row-per-stream',
  name: 'parcel-list',
  revision: 1,
  from: parcel,
  may: ['owner'],
  owner: (row) => row.owner,
  lists: { newest: {}, 'by-who': { by: (row) => row.owner, within: 'owner' } },
  expires: () => undefined,
  on: { Sent: (_, { data }) => ({ owner: data.owner }), Lost: () => undefined },
};
const log: RowsPerStream<State, Row, Event> = {
  kind: 'rows-per-stream',
  name: 'parcel-log',
  revision: 1,
  from: parcel,
  may: ['operator'],
  initial: {},
  owner: (memory) => memory.owner,
  lists: { newest: {} },
  expires: () => undefined,
  on: { Opened: (memory) => ({ memory }) },
};
const inner: RowPerStream<Row, Event> = { ...list, name: 'inner', may: ['process'], owner: undefined, lists: undefined };

/** A manifest whose view and command anyone may use. */
export const openManifest = defineManifest({
  aggregates: [
    {
      ...parcel,
      commands: { ...parcel.commands, FlagIt: command(['anyone'], nothing) },
      decide: { ...parcel.decide, FlagIt: () => [] },
    } as never,
  ],
  projections: [
    { ...list, may: ['anyone'], name: 'window' },
    { ...list, may: ['anyone'], name: 'opening', revision: 2 },
    { ...list, may: ['owner'], name: 'opening' },
  ] as never,
});

/** A manifest with everything that makes a difference to what is deployed: it is under test/, as a team's own would be. */
export const manifest = defineManifest({
  aggregates: [parcel, audit],
  projections: [list, { ...list, revision: 2 }, log, inner],
});

const bundle = join(import.meta.dirname, '../../..', '.cache', 'tests', 'bundle');
mkdirSync(bundle, { recursive: true });
writeFileSync(join(bundle, 'index.mjs'), 'export const handler = async () => {};');
export const steps = Object.fromEntries(
  [
    'command',
    'publish',
    'announce',
    'guard',
    'project',
    'query',
    'history',
    'describe',
    'console',
    'sweep',
    'ops',
    'deployed',
    'tables',
    'rebuild-lead',
    'rebuild-work',
    'react',
    'ops-processes',
    'hook',
    'schedule',
    'ops-effects',
    'ops-schedules',
    'ops-dead-letters',
    'subjects',
    'purge',
    'subject-export',
    'retention',
  ].map((step) => [step, bundle]),
);

/** Without a topic nobody hears of alarms, and prod is refused. */
export const alarmTopic = 'arn:aws:sns:eu-central-1:111122223333:on-call';

/** The stack of a manifest, with bundles that do nothing. */
export const synthesized = (
  stage: 'dev' | 'prod' = 'dev',
  context: Parameters<typeof settingsFor>[1] = {},
  driven: Manifest = manifest,
) => {
  const effects = effectsOf(driven).map(({ name }) => [effectStep(name), bundle]);
  const code = {
    steps: { ...steps, ...Object.fromEntries(effects) },
    rows: { 'parcel-log.r1': 'hash-of-parcel-log' },
  };
  const app = new App();
  const settings = settingsFor(stage, { ...(stage === 'prod' && { alarmTopic }), ...context });
  const stack = new FoldstreamStack(app, `foldstream-${stage}`, { manifest: driven, code, settings });
  return { app, stack, template: flattened(stack) };
};

const made = new Map<string, ReturnType<typeof synthesized>>();

/** The stack of the manifest above. A synthesis takes half a second: tests that ask for the same one share it, and change nothing in it. */
export const deployed = (stage: 'dev' | 'prod' = 'dev', context: Parameters<typeof settingsFor>[1] = {}) => {
  const key = JSON.stringify([stage, context]);
  const stack = made.get(key) ?? synthesized(stage, context);
  made.set(key, stack);
  return stack;
};
