import { useState } from 'preact/hooks';
import { Field } from '../../parts/field.tsx';
import { go, href } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { One } from './one.tsx';
import { recent } from './recent.ts';
import './traces.css';

const Ask = () => {
  const [text, setText] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== '') go(href(['traces', text.trim()]));
  };
  const before = recent();
  return (
    <section class="screen">
      <header>
        <h1>Traces</h1>
        <span class="dim">
          All that a request caused, in all streams: commits, reactions, refusals, effects, and what still waits, and for what.
        </span>
      </header>
      <form class="row ask" onSubmit={submit}>
        <Field
          label="Correlation id"
          hint="It is in each answer (X-Correlation-Id), each problem, each commit and each log line of a request."
        >
          <input value={text} onInput={(event) => setText(event.currentTarget.value)} spellcheck={false} autocomplete="off" />
        </Field>
        <button type="submit" class="button is-main">
          Show its trace
        </button>
      </form>
      {before.length > 0 && (
        <div class="stack">
          <h2>Seen in this tab</h2>
          <ul class="bare recent">
            {before.map((each) => (
              <li key={each}>
                <a class="mono" href={href(['traces', each])}>
                  {each}
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
};

export default ({ path: [correlation], query }: ScreenProps) =>
  correlation === undefined ? <Ask /> : <One key={correlation} correlation={correlation} query={query} />;
