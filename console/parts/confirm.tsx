import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { config, isOperator } from '../session.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { ProblemNotice } from './states.tsx';

type Props = Readonly<{
  /** What is done, as the button says it. */
  title: string;
  /** What follows from it. */
  children?: ComponentChildren;
  /** Also outside of protected stages the API wants a reason. */
  needsWhy?: boolean;
  isDanger?: boolean;
  act: (why: string) => Promise<unknown>;
  close: () => void;
}>;

/** Asks before something is changed, with a reason where the stage or the API wants one, and stays open with the problem if it fails. */
export const Confirm = ({ title, children, needsWhy = false, isDanger = false, act, close }: Props) => {
  const [why, setWhy] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  // What an operator does to a protected stage has a reason; a customer's own commands need none.
  const asks = needsWhy || (config.value?.isProtected === true && isOperator.value);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await act(why.trim());
      close();
    } catch (cause) {
      setProblem(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog label={title} close={close}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        {children}
        {asks && (
          <Field label="Why" hint="It is kept in the history, with your name.">
            <input required maxLength={500} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
          </Field>
        )}
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <div class="row">
          <button type="submit" class={isDanger ? 'button is-danger' : 'button is-main'} disabled={isBusy}>
            {isBusy ? 'Working…' : title}
          </button>
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
};
