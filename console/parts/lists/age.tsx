import { Field } from '../field.tsx';
import { ages, type ByAge } from './by-status.ts';

type Props = Readonly<{ asked: ByAge; isOrdered: boolean; ask: (change: Partial<ByAge>) => void }>;

/** Asks for what has had its status for a time, and in which order; both stand in the address. */
export const AgeAndOrder = ({ asked, isOrdered, ask }: Props) => (
  <div class="row">
    <Field label="In its status for">
      <select value={asked.age} onChange={(event) => ask({ age: event.currentTarget.value })}>
        <option value="">any time</option>
        {ages.map(([name, words]) => (
          <option key={name} value={name}>
            at least {words}
          </option>
        ))}
      </select>
    </Field>
    {isOrdered && (
      <Field label="Order">
        <select value={asked.order} onChange={(event) => ask({ order: event.currentTarget.value })}>
          <option value="">the longest first</option>
          <option value="newest-first">the newest first</option>
        </select>
      </Field>
    )}
  </div>
);
