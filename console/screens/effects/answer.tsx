import { useState } from 'preact/hooks';
import { Invalid } from '../../../lib/client/index.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { dataOf, type FormField, fieldsOf, type Values } from '../../parts/form/fields.ts';
import { SchemaFields } from '../../parts/form/inputs.tsx';
import { useLoad } from '../../parts/load.ts';
import { ProblemNotice } from '../../parts/states.tsx';
import { say } from '../../parts/toasts.tsx';
import { ops } from '../../session.ts';
import { outcomeOf } from './outcome.ts';

/** What the API says of a field, if it says anything of it. */
const faultIn = (problem: unknown, field: string): string | undefined =>
  problem instanceof Invalid ? problem.errors.find(({ path }) => path.replace(/^[/.]/, '').startsWith(field))?.reason : undefined;

type Props = Readonly<{ effect: string; performance: string; close: (wasDone: boolean) => void }>;

/** The inputs for an effect's answer, where its schema is one for which there are any: otherwise it is written as JSON. */
const useFields = (effect: string): readonly FormField[] | undefined => {
  const { value: model } = useLoad(() => ops.model(), []);
  const fields = fieldsOf(model?.effects.find(({ name }) => name === effect)?.answer ?? {});
  return fields.length > 0 && fields.every(({ name }) => name !== '') ? fields : undefined;
};

/** Asks for the outcome of a performance, as an operator knows it from the provider's own records. */
export const Answer = ({ effect, performance, close }: Props) => {
  const fields = useFields(effect);
  const [values, setValues] = useState<Values>({});
  const [wasAsked, setAsked] = useState(false);
  const [how, setHow] = useState<'done' | 'refused'>('done');
  const [text, setText] = useState('{}');
  const [why, setWhy] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = how === 'done' && fields ? dataOf(fields, values) : undefined;
    setAsked(true);
    setProblem(undefined);
    if (form && Object.keys(form.faults).length > 0) return;
    const written = form ? { outcome: { done: form.data } } : outcomeOf(how, text);
    setFault('fault' in written ? written.fault : undefined);
    if ('fault' in written) return;
    setBusy(true);
    try {
      await ops.effects.answer(performance, why.trim(), written.outcome);
      say('The outcome is on its way');
      close(true);
    } catch (cause) {
      setProblem(cause);
    } finally {
      setBusy(false);
    }
  };
  const atOutcome = faultIn(problem, 'outcome');
  const atWhy = faultIn(problem, 'why');
  return (
    <Dialog label="Answer by hand" close={() => close(false)}>
      <form onSubmit={submit}>
        <h2>Answer by hand</h2>
        <p>
          Look into the provider's own records first, by the idempotency key. The outcome is recorded with your name; the process
          is told it, unless it has been told another one.
        </p>
        <Field label="What became of it">
          <select
            value={how}
            onChange={(event) => {
              const next = event.currentTarget.value as 'done' | 'refused';
              setHow(next);
              setText(next === 'done' ? '{}' : '');
            }}
          >
            <option value="done">It was done</option>
            <option value="refused">It was refused</option>
          </select>
        </Field>
        {how === 'done' && fields ? (
          <fieldset class="stack">
            <legend>The answer</legend>
            <SchemaFields
              fields={fields}
              values={values}
              faults={wasAsked ? dataOf(fields, values).faults : {}}
              change={setValues}
              none="The answer has no fields."
            />
            {atOutcome !== undefined && (
              <small class="fault" role="alert">
                {atOutcome}
              </small>
            )}
          </fieldset>
        ) : how === 'done' ? (
          <Field label="The answer" hint="JSON, as the schema of the effect's answer has it." fault={fault ?? atOutcome}>
            <textarea
              class="mono"
              rows={5}
              value={text}
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </Field>
        ) : (
          <Field label="The reason" hint="As the process knows it, such as card-declined." fault={fault ?? atOutcome}>
            <input required value={text} spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} />
          </Field>
        )}
        <Field label="Why" hint="It is kept in the history, with your name." fault={atWhy}>
          <input required maxLength={500} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
        </Field>
        {problem !== undefined && atOutcome === undefined && atWhy === undefined && <ProblemNotice problem={problem} />}
        <div class="row">
          <button type="submit" class="button is-danger" disabled={isBusy}>
            {isBusy ? 'Working…' : 'Record this outcome'}
          </button>
          <button type="button" class="button" onClick={() => close(false)}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
};
