import type { Commit } from '../../../lib/core/commit.ts';
import type { Formats } from '../../../lib/core/version.ts';
import type { Delivery } from '../../../lib/engine/delivery/delivered.ts';
import type { QueueRecord } from '../../../lib/engine/delivery/received.ts';
import type { LookingAtNew } from '../../../lib/engine/operate/sweep/look.ts';
import type { Range, Store } from '../../../lib/engine/ports.ts';
import type { KeptHeads } from '../../../lib/engine/view/kept-heads.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import type { MemoryView } from '../../../lib/testing/ports.ts';
import type { Engine, Simulation, Tamper } from '../../../lib/testing/simulator.ts';

export type Step = Engine['projectBatch'];

export const engine = (change: (real: Engine) => Partial<Engine>): Tamper => ({
  engine: (real) => ({ ...real, ...change(real) }),
});
const projecting = (change: (projecting: Projecting) => Partial<Projecting>): Tamper => ({
  projecting: (real) => ({ ...real, ...change(real) }),
});
export const view = (change: (view: MemoryView) => Partial<MemoryView>): Tamper => ({
  view: (real) => ({ ...real, ...change(real) }),
});
export const functionsView = (change: (view: Projecting['view']) => Partial<Projecting['view']>): Tamper =>
  projecting((real) => ({ view: { ...real.view, ...change(real.view) } }));
export const functionsStore = (change: (store: Store) => Partial<Store>): Tamper =>
  projecting((real) => ({ store: { ...real.store, ...change(real.store) } }));
export const commandStore = (change: (store: Store) => Partial<Store>): Tamper => ({
  commanding: (real) => ({ ...real, store: { ...real.store, ...change(real.store) } }),
});
/** The heads that an instance keeps, and its writes. */
export const keptHeads = (change: (heads: KeptHeads, view: Projecting['view']) => Pick<Projecting, 'heads' | 'view'>): Tamper =>
  projecting((real) => (real.heads ? change(real.heads, real.view) : {}));
export const batch = (change: (step: Step) => Step): Tamper => engine((real) => ({ projectBatch: change(real.projectBatch) }));

export const nothing = (stream: string, commit: number): Commit => ({
  stream,
  commit,
  version: 0,
  events: [],
  command: '',
  at: '',
  meta: { actor: '', correlation: '', causation: '' },
});
/** The requested range, with an empty commit in the place of each missing one. */
export const padded = (stream: string, { from, to }: Range, commits: readonly Commit[]): readonly Commit[] =>
  Array.from({ length: Math.max(0, (to ?? commits.at(-1)?.commit ?? 0) - from + 1) }, (_, i) => {
    return commits.find(({ commit }) => commit === from + i) ?? nothing(stream, from + i);
  });
export const wholeRange = async (store: Store, stream: string, range: Range): Promise<readonly Commit[]> => {
  const { commits, next } = await store.read(stream, range);
  return next === undefined ? commits : [...commits, ...(await wholeRange(store, stream, { ...range, from: next }))];
};
export const delivered = (deliveries: readonly Delivery[], change: (one: Delivery['delivered']) => Delivery['delivered']) =>
  deliveries.map(({ id, delivered }) => ({ id, delivered: change(delivered) }));
export const lowest = (deliveries: readonly Delivery[], stream: string) =>
  Math.min(...deliveries.flatMap(({ delivered }) => (delivered.stream === stream ? [delivered.commit] : [])));
export const readableToAll = (formats: Formats): Formats =>
  Object.fromEntries(Object.entries(formats).map(([type, format]) => [type, { ...format, readable: 99 }]));
export const expecting =
  ({ head, putHead }: Projecting['view']): Projecting['view']['putHead'] =>
  async (item) =>
    putHead(item, await head(item.key));
/** A record that is no commit. */
export const isOrder = ({ body }: QueueRecord) => !('detail' in JSON.parse(body));
/** Nothing is found by the pass over the table. */
const noPass = engine((real) => ({ sweep: ({ targets: _, ...sweeping }) => real.sweep({ ...sweeping, targets: [] }) }));
/** Nothing is noted, so that nothing is looked at soon. */
export const noJournal = engine(() => ({ note: async () => {} }));
export const both = (one: Tamper, other: Tamper): Tamper => ({
  ...one,
  ...other,
  engine: (real) => (other.engine ?? ((given) => given))(one.engine?.(real) ?? real),
});
export const noSweep = both(noPass, noJournal);
/** The journal alone has to find what the publisher, the bus and the queues lose. */
export const byJournal = { ...noPass, surelyNoted: true } satisfies Tamper;
export const looking = (change: (given: LookingAtNew) => Partial<LookingAtNew>): DeliveryMutant =>
  both(
    byJournal,
    engine((real) => ({ lookAtNew: (given, records) => real.lookAtNew({ ...given, ...change(given) }, records) })),
  );
export const isOneShard = ({ stream }: Readonly<{ stream: string }>) => stream.endsWith('1');

/** A mutant as the simulator takes it. */
export const simulated = ({ alone: isAlone, ...tamper }: DeliveryMutant): Pick<Simulation, 'tamper' | 'without'> =>
  isAlone
    ? { tamper: { ...tamper, engine: (real) => noSweep.engine!(tamper.engine?.(real) ?? real) }, without: ['missing'] }
    : { tamper };

/** `alone`: without the sweep, and so without lost records, since the sweep makes good what this breaks. */
export type DeliveryMutant = Tamper & Readonly<{ alone?: true }>;
export const alone = { alone: true } as const;
