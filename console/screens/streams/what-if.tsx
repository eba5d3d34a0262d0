import { useState } from 'preact/hooks';
import type { Tried } from '../../../lib/console/as-test.ts';
import type { CommandForm } from '../../../lib/console/stream-calls.ts';
import { domain } from '../../domain.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Field } from '../../parts/field.tsx';
import { dataOf, fieldsOf, type Values, valuesOf } from '../../parts/form/fields.ts';
import { SchemaFields } from '../../parts/form/inputs.tsx';
import { type Outcome, OutcomeNotice, outcomeOf } from '../../parts/form/outcome.tsx';
import { Json } from '../../parts/json.tsx';
import { say } from '../../parts/toasts.tsx';
import { setQuery } from '../../router.ts';
import { api, who } from '../../session.ts';

type Props = Readonly<{
  stream: string;
  forms: readonly CommandForm[];
  /** The commit that one looks at, and whether it is the last one. */
  at: number;
  isNow: boolean;
  tried: (tried: Tried | undefined) => void;
  sent: () => void;
}>;

const methodOf = (stream: string, type: string) => {
  const hyphen = stream.indexOf('-');
  return api[stream.slice(0, hyphen)](stream.slice(hyphen + 1))[`${type.charAt(0).toLowerCase()}${type.slice(1)}`];
};

/** By the API on the stream as it is, or on a past state by the code in this page. */
const tryOut = ({ stream, at, isNow }: Props, tried: Tried): Promise<Outcome> => {
  const { type, data } = tried.command;
  return outcomeOf(() => (isNow ? methodOf(stream, type).dryRun(data) : domain('tryAt', { ...tried, commit: at })));
};

/** A command in a form made from its schema: what it would append, or how it would be refused; then it may be sent. */
export const WhatIf = (props: Props) => {
  const { stream, forms, isNow } = props;
  const { roles: own = [] } = who.value ?? {};
  const mine = forms.find(({ may }) => may.some((one) => one === 'anyone' || one === 'user' || own.includes(one)));
  const [type, setType] = useState((mine ?? forms[0])?.type ?? '');
  const form = forms.find((each) => each.type === type) ?? forms[0];
  const fields = fieldsOf(form?.schema ?? {});
  const [given, setGiven] = useState<Readonly<Record<string, Values>>>({});
  const values = given[type] ?? valuesOf(fields, form?.example);
  const [outcome, setOutcome] = useState<Outcome>();
  const [isSending, setSending] = useState(false);
  const { data, faults } = dataOf(fields, values);
  const forget = () => {
    setOutcome(undefined);
    props.tried(undefined);
  };
  const change = (next: Values) => {
    setGiven({ ...given, [type]: next });
    forget();
  };
  if (!form) return null;
  const attempt = async (event: Event) => {
    event.preventDefault();
    const { id = '', roles = [] } = who.value ?? {};
    const tried: Tried = {
      command: { type: form.type, data },
      actor: { id, kind: 'user', roles: roles as never },
      at: new Date().toISOString(),
    };
    setOutcome(await tryOut(props, tried));
    props.tried(tried);
  };
  const send = async (why: string) => {
    await methodOf(stream, form.type)(data, why === '' ? {} : { why });
    say(`${form.type} took effect.`);
    forget();
    setQuery({ at: undefined, commit: undefined });
    props.sent();
  };
  const canSend = isNow && outcome !== undefined && 'events' in outcome && outcome.events.length > 0;
  return (
    <section class="card" aria-label="What if">
      <h2>What if</h2>
      <form class="stack" onSubmit={attempt}>
        <Field label="Command" hint={`For ${form.may.join(', ')}.`}>
          <select
            value={form.type}
            onChange={(event) => {
              setType(event.currentTarget.value);
              forget();
            }}
          >
            {forms.map((each) => (
              <option key={each.type} value={each.type}>
                {each.type}
              </option>
            ))}
          </select>
        </Field>
        <SchemaFields fields={fields} values={values} faults={faults} change={change} none="This command takes no data." />
        <div class="row">
          <button type="submit" class="button is-main" disabled={Object.keys(faults).length > 0}>
            Try it
          </button>
          <button type="button" class="button is-danger" disabled={!canSend} onClick={() => setSending(true)}>
            Send it
          </button>
          <span class="dim">
            {isNow
              ? 'Tried by the API on the stream as it is; nothing is stored.'
              : 'Tried on this past state by the code in the page. To send it, go to the last commit.'}
          </span>
        </div>
      </form>
      {outcome && <OutcomeNotice outcome={outcome} isNow={isNow} />}
      {isSending && (
        <Confirm title={`Send ${form.type}`} act={send} close={() => setSending(false)}>
          <p>
            {form.type} is sent to {stream} in your name.
          </p>
          <Json value={data} />
        </Confirm>
      )}
    </section>
  );
};
