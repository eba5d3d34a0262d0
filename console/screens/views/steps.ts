import type { Rebuild } from '../../../lib/engine/rebuild/ports.ts';
import type { Tone } from '../../parts/badge.tsx';

type State = Rebuild['state'];
type Kind = Rebuild['kind'];

/** A step of the wizard: what it is called, and how far it is. */
export type Step = Readonly<{ name: string; state: 'done' | 'now' | 'next' | 'failed' }>;

const named: Readonly<Record<Kind, readonly (readonly [State, string])[]>> = {
  rebuild: [
    ['filling', 'Fill'],
    ['draining', 'Catch up'],
    ['verifying', 'Compare'],
    ['switched', 'Switch'],
  ],
  replay: [
    ['filling', 'Fold again'],
    ['replayed', 'Done'],
  ],
  audit: [
    ['verifying', 'Compare'],
    ['repairing', 'Repair'],
    ['audited', 'Done'],
  ],
};

export const ended: readonly State[] = ['switched', 'replayed', 'audited', 'failed', 'cancelled'];

/** The steps of a rebuild in its state; `undefined` is before it begins. Of a failed one the step at which it failed is not known. */
export const stepsOf = (kind: Kind, state: State | undefined): readonly Step[] => {
  const steps = named[kind];
  const isStopped = state === 'failed' || state === 'cancelled';
  const at = steps.findIndex(([each]) => each === state);
  const last = steps.length - 1;
  return [
    { name: 'Estimate', state: state === undefined ? 'now' : 'done' },
    ...steps.map(([, name], i): Step => {
      if (isStopped) return { name, state: i === last ? 'failed' : 'next' };
      if (state === undefined) return { name, state: 'next' };
      return { name, state: i < at || (i === at && i === last) ? 'done' : i === at ? 'now' : 'next' };
    }),
  ];
};

export const stateTone = (state: string): Tone =>
  (({ failed: 'bad', cancelled: 'off', switched: 'ok', replayed: 'ok', audited: 'ok' }) as const)[state] ?? 'busy';

/** A duration of whole seconds in words. */
export const duration = (seconds: number): string => {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
};

/** A price in dollars: never nothing where it is something. */
export const price = (dollars: number): string =>
  dollars === 0 ? '$0' : dollars < 0.01 ? 'less than $0.01' : `$${dollars.toFixed(2)}`;
