import { Field } from '../field.tsx';
import type { FormField, Values } from './fields.ts';

type Props = Readonly<{
  fields: readonly FormField[];
  values: Values;
  faults: Readonly<Record<string, string>>;
  change: (values: Values) => void;
  /** What an empty input shows that could stand there. */
  examples?: Values;
  /** What is said where there is nothing to fill in. */
  none: string;
}>;

type InputProps = Readonly<{ field: FormField; value: string; example?: string | undefined; set: (text: string) => void }>;

const Input = ({ field, value, example, set }: InputProps) => {
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
    return (
      <textarea
        rows={3}
        required={field.isRequired}
        spellcheck={false}
        placeholder={example}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    );
  return (
    <input
      required={field.isRequired && field.kind === 'number'}
      inputMode={field.kind === 'number' ? 'decimal' : undefined}
      placeholder={example}
      value={value}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
};

/** The inputs for data of a schema. */
export const SchemaFields = ({ fields, values, faults, change, examples = {}, none }: Props) => (
  <div class="fields">
    {fields.map((field) => (
      <Field
        key={field.name}
        label={`${field.name === '' ? 'Data' : field.name}${field.isRequired ? '' : ' (optional)'}`}
        hint={field.kind === 'json' ? 'as JSON' : field.hint}
        fault={faults[field.name]}
      >
        <Input
          field={field}
          value={values[field.name] ?? ''}
          example={examples[field.name]}
          set={(text) => change({ ...values, [field.name]: text })}
        />
      </Field>
    ))}
    {fields.length === 0 && <p class="dim">{none}</p>}
  </div>
);
