import * as z from 'zod';
import type { May } from '../../../lib/core/access.ts';
import { type AnyDecider, command } from '../../../lib/core/decider.ts';
import { hmac } from '../../../lib/core/hook/hmac.ts';
import { hook } from '../../../lib/core/hook/hook.ts';
import { defineManifest, type Manifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { AnyTag } from '../../../lib/core/tag/tag.ts';
import { v1 } from '../../../lib/core/version.ts';

declare module '../../../lib/index.ts' {
  interface Roles {
    teller: true;
    auditor: true;
  }
}

/** Every kind of audience, alone and combined. */
const everyMay: readonly May[] = [
  ['owner'],
  ['operator'],
  ['teller'],
  ['auditor'],
  ['process'],
  ['user'],
  ['anyone'],
  ['owner', 'teller', 'operator'],
  ['owner', 'process'],
  ['teller', 'auditor'],
  ['user', 'process'],
  ['hook'],
  ['owner', 'hook'],
  ['anyone', 'process'],
];

const opened = { Opened: v1(z.object({ owner: z.string() })) };
const nothing = z.strictObject({});

/** One aggregate with a command for each audience, and, if its streams have owners, once more with the name of another desk that the sender must own. */
const desk = (category: string, over: Partial<AnyDecider>, owns?: string): AnyDecider => {
  const fitting = everyMay.filter((may) => over.owner || !may.includes('owner'));
  const named = z.strictObject({ named: z.string() });
  const commands = Object.fromEntries([
    ['Open', command(['user'], nothing)],
    ...fitting.map((may, i) => [`Do${i}`, command(may, nothing)]),
    ...(owns ? fitting.map((may, i) => [`Name${i}`, command(may, named, { owns: { [owns]: (data) => data.named } })]) : []),
  ]);
  return {
    category,
    events: opened,
    commands,
    initial: {},
    decide: {
      ...Object.fromEntries(Object.keys(commands).map((type) => [type, () => []])),
      Open: (_, __, { actor }) => [{ type: 'Opened', data: { owner: actor.id } }],
    },
    evolve: { Opened: (_, data) => data },
    ...over,
  };
};

const owner = (state: Readonly<{ owner?: string }>) => state.owner;

const tagged = (name: string, ...from: readonly string[]): AnyTag => ({
  name,
  from: from.map((category) => ({ category, events: opened as never })),
  of: { Opened: () => 'mine' },
  initial: {},
  evolve: { Opened: (_, data) => data },
});
const tags = {
  tills: tagged('tills', 'till'),
  ofOwners: tagged('ofOwners', 'till', 'counter'),
  ofAuditors: tagged('ofAuditors', 'counter', 'board', 'ledger'),
  ofAll: tagged('ofAll', 'board'),
  ofNobody: tagged('ofNobody', 'safe', 'ledger'),
};

/** The tags of the manifest, and who may read each: who may read the history of every stream of all categories that carry it. */
export const tagReaders = [
  { name: 'tills', readers: ['operator'] },
  { name: 'ofOwners', readers: ['operator'] },
  { name: 'ofAuditors', readers: ['auditor'] },
  { name: 'ofAll', readers: ['user'] },
  { name: 'ofNobody', readers: [] },
];

const till = desk('till', { owner: owner as AnyDecider['owner'], tags: [tags.tills, tags.ofOwners] });
const desks = [
  till,
  desk(
    'counter',
    { owner: owner as AnyDecider['owner'], history: ['owner', 'auditor', 'operator'], tags: [tags.ofOwners, tags.ofAuditors] },
    'till',
  ),
  desk('safe', { tags: [tags.ofNobody] }),
  desk('board', { history: ['user'], tags: [tags.ofAuditors, tags.ofAll] }),
  desk('ledger', { history: ['auditor'], tags: [tags.ofAuditors, tags.ofNobody] }),
];

type Row = Readonly<{ owner: string }>;
const byOwner = (row: unknown) => (row as Row).owner;

/** A view of each kind for each audience. */
const views = everyMay.flatMap((may, i): AnyProjection[] => {
  const common = { revision: 1, from: till, may };
  const lists = { all: {}, mine: { within: 'owner' } };
  return [
    {
      ...common,
      kind: 'row-per-stream',
      name: `row-${i}`,
      owner: byOwner,
      lists,
      on: { Opened: (_: unknown, { data }: { data: Row }) => data },
    },
    {
      ...common,
      kind: 'rows-per-stream',
      name: `rows-${i}`,
      initial: {},
      owner: byOwner,
      lists,
      on: { Opened: (_: unknown, { data }: { data: Row }) => ({ memory: data, rows: { 1: data } }) },
    },
    {
      ...common,
      kind: 'shared-rows',
      name: `shared-${i}`,
      initial: {},
      owner: (row: string) => row,
      on: { Opened: (_: unknown, { data }: { data: Row }) => data },
      shares: (memory: Partial<Row>) => (memory.owner ? { [memory.owner]: { sums: { tills: 1 } } } : {}),
    },
    // Without an owner, where nobody needs one.
    ...(may.includes('owner')
      ? []
      : [
          {
            ...common,
            kind: 'row-per-stream',
            name: `bare-${i}`,
            lists: { all: {} },
            on: { Opened: (_: unknown, { data }: { data: Row }) => data },
          },
        ]),
  ] as unknown as AnyProjection[];
});

/** A manifest with every kind of audience on every kind of thing. */
export const everyMayManifest: Manifest = defineManifest({
  roles: ['teller', 'auditor'],
  aggregates: desks,
  projections: views,
  hooks: {
    deskProvider: hook({
      sends: till,
      verify: hmac({ secret: 'desk/hook', header: 'x-signature' }),
      body: z.object({}),
      id: () => '1',
      to: () => undefined,
    }),
  },
});
