import { Field } from '../../parts/field.tsx';
import type { FormField, Values } from './form.ts';

type Props = Readonly<{
  fields: readonly FormField[];
  values: Values;
  faults: Readonly<Record<string, string>>;
  change: (values: Values) => void;
}>;

const Input = ({ field, value, set }: Readonly<{ field: FormField; value: string; set: (text: string) => void }>) => {
  if (field.kind === 'choice' || field.kind === 'yes-no')
    return (
      <select required={field.isRequired} value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">–</option>
        {(field.choices ?? ['true', 'false']).map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  if (field.kind === 'json')
    return <textarea rows={3} spellcheck={false} value={value} onInput={(event) => set(event.currentTarget.value)} />;
  return (
    <input
      required={field.isRequired && field.kind === 'number'}
      inputMode={field.kind === 'number' ? 'decimal' : undefined}
      value={value}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
};

/** The inputs of a command. */
export const CommandFields = ({ fields, values, faults, change }: Props) => (
  <div class="fields">
    {fields.map((field) => (
      <Field
        key={field.name}
        label={`${field.name === '' ? 'Data' : field.name}${field.isRequired ? '' : ' (optional)'}`}
        hint={field.kind === 'json' ? 'as JSON' : field.hint}
        fault={faults[field.name]}
      >
        <Input field={field} value={values[field.name] ?? ''} set={(text) => change({ ...values, [field.name]: text })} />
      </Field>
    ))}
    {fields.length === 0 && <p class="dim">This command takes no data.</p>}
  </div>
);
