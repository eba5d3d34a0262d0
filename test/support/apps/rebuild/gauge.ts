import * as z from 'zod';
import { type CommandOf, command, type Decider, refuse } from '../../../../lib/core/decider.ts';
import { type EventOf, type Source, v1 } from '../../../../lib/core/version.ts';

const events = {
  GaugeInstalled: v1(z.object({ owner: z.string() })),
  ReadingTaken: v1(z.object({ value: z.int(), note: z.string() })),
  GaugeRemoved: v1(z.object({})),
};

export type GaugeEvent = EventOf<typeof events>;

export const gaugeSource: Source<GaugeEvent> = { category: 'gauge', events };

const commands = {
  Install: command(['owner'], z.strictObject({})),
  Read: command(['owner', 'operator'], z.strictObject({ value: z.int(), note: z.string().default('') })),
};

type Gauge = Readonly<{ owner?: string }>;

/** Something that is read again and again: long streams of one kind of event. */
export const gauge: Decider<Gauge, CommandOf<typeof commands>, GaugeEvent> = {
  ...gaugeSource,
  commands,
  initial: {},
  owner: (state) => state.owner,
  decide: {
    Install: ({ owner }, _, { actor }) =>
      owner === undefined ? [{ type: 'GaugeInstalled', data: { owner: actor.id } }] : refuse('already-installed'),
    Read: ({ owner }, { value, note }) =>
      owner === undefined ? refuse('not-installed') : [{ type: 'ReadingTaken', data: { value, note } }],
  },
  evolve: {
    GaugeInstalled: (_, { owner }) => ({ owner }),
    ReadingTaken: (state) => state,
    GaugeRemoved: (state) => state,
  },
};
