import { useState } from 'preact/hooks';
import { Invalid } from '../../../lib/client/index.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { say } from '../../parts/toasts.tsx';
import { ops } from '../../session.ts';
import { outcomeOf } from './outcome.ts';

/** What the API says of a field, if it says anything of it. */
const faultIn = (problem: unknown, field: string): string | undefined =>
  problem instanceof Invalid ? problem.errors.find(({ path }) => path.replace(/^[/.]/, '').startsWith(field))?.reason : undefined;

/** Asks for the outcome of a performance, as an operator knows it from the provider's own records. */
export const Answer = ({ performance, close }: Readonly<{ performance: string; close: (wasDone: boolean) => void }>) => {
  const [how, setHow] = useState<'done' | 'refused'>('done');
  const [text, setText] = useState('{}');
  const [why, setWhy] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    const written = outcomeOf(how, text);
    setProblem(undefined);
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
        {how === 'done' ? (
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
