import { useState } from 'preact/hooks';
import { Field } from './parts/field.tsx';
import { ProblemNotice } from './parts/states.tsx';
import { config, fault, signIn, take } from './session.ts';

const Paste = () => {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState<string>();
  const submit = (event: Event) => {
    event.preventDefault();
    try {
      take(token.trim());
    } catch (cause) {
      setWrong((cause as Error).message);
    }
  };
  return (
    <form class="stack" onSubmit={submit}>
      <p>This deployment has told its console of no page to sign in at. Paste an access token as the API takes it.</p>
      <Field label="Access token" fault={wrong}>
        <textarea rows={4} cols={60} value={token} onInput={(event) => setToken(event.currentTarget.value)} spellcheck={false} />
      </Field>
      <button type="submit" class="button is-main">
        Go in
      </button>
    </form>
  );
};

/** What those see who are not signed in. */
export const Door = () => (
  <main class="alone">
    <h1>{config.value ? `${config.value.app} · ${config.value.stage}` : 'Foldstream'}</h1>
    {fault.value !== undefined && <ProblemNotice problem={fault.value} />}
    {config.value?.signIn.kind === 'paste' ? (
      <Paste />
    ) : (
      config.value && (
        <>
          <p>
            Operators see what happened in this deployment, what waits, and what would happen. Everybody else has a desk, with
            what their roles may read and send.
          </p>
          <button type="button" class="button is-main" onClick={signIn}>
            Sign in
          </button>
        </>
      )
    )}
  </main>
);
