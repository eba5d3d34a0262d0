import { useState } from 'preact/hooks';
import { type Done, NotFound, Refused } from '../../../lib/client/index.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Field } from '../../parts/field.tsx';
import { dataOf, fieldsOf, type Values, valuesOf } from '../../parts/form/fields.ts';
import { SchemaFields } from '../../parts/form/inputs.tsx';
import { type Outcome, OutcomeNotice, outcomeOf } from '../../parts/form/outcome.tsx';
import { Json } from '../../parts/json.tsx';
import { streamHref } from '../../parts/links.ts';
import { useLoad } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { href, setQuery } from '../../router.ts';
import { api, isOperator, who } from '../../session.ts';
import { type Desk, type DeskCommand, type DeskView, viewsOf } from './described.ts';

/** How many rows are shown of a view that has many of one stream. */
const fewRows = 5;

type ShownProps = Readonly<{ view: DeskView; category: string; id: string; commit: number }>;

/** What a view shows of a stream once it has what was sent: the client asks it with the token of the answer. */
const AfterIt = ({ view, category, id, commit }: ShownProps) => {
  const read = async () => {
    const [rows, key] = [api.views[view.name], view.idIn(category, id)];
    if (view.needsId) return (await rows.of(key, { limit: fewRows, order: 'newest-first' }).page()).items;
    return rows.get(key);
  };
  const { value, error, isLoading, reload } = useLoad(read, [view.name, category, id, commit]);
  const isNone = error instanceof NotFound;
  return (
    <section class="card" aria-label={view.name}>
      <h3>
        <a href={href(['desk', 'view', view.name], { id: view.idIn(category, id) })}>{view.name}</a>
      </h3>
      {isLoading && <Loading />}
      {isNone && <p class="dim">It has no row of this {category} for you.</p>}
      {error !== undefined && !isNone && <ProblemNotice problem={error} retry={reload} />}
      {value !== undefined && <Json value={value} />}
    </section>
  );
};

const Answer = ({ desk, command, id, done }: Readonly<{ desk: Desk; command: DeskCommand; id: string; done: Done }>) => {
  const { category } = command;
  const views = viewsOf(desk, category);
  return (
    <>
      <div class="notice is-ok" role="status">
        <strong>{done.events.length === 0 ? 'There was nothing to change.' : 'It took effect.'}</strong>
        <span>
          {isOperator.value ? <a href={streamHref(done.stream)}>{done.stream}</a> : done.stream} is at version {done.version}
          {done.events.length > 0 && <>: {done.events.map(({ type }) => type).join(', ')}</>}.
        </span>
      </div>
      {views.length > 0 && (
        <section class="stack" aria-label="What the views show now">
          <h2>What the views show now</h2>
          <div class="desk">
            {views.map((view) => (
              <AfterIt key={view.name} view={view} category={category} id={id} commit={done.commit} />
            ))}
          </div>
        </section>
      )}
    </>
  );
};

const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(9))]
    .map((byte) => byte.toString(36))
    .join('')
    .slice(0, 12);

const Whom = ({ command, id }: Readonly<{ command: DeskCommand; id: string }>) => (
  <div class="row whom">
    <Field label={`Id of the ${command.category}`}>
      <input
        required
        spellcheck={false}
        autocomplete="off"
        maxLength={128}
        value={id}
        onInput={(event) => setQuery({ id: event.currentTarget.value })}
      />
    </Field>
    <button type="button" class="button" onClick={() => setQuery({ id: newId() })}>
      A new id
    </button>
    <button type="button" class="button" onClick={() => setQuery({ id: who.value?.id })}>
      My own id
    </button>
    {command.isOwn && <span class="dim">One of your own, or a new one.</span>}
  </div>
);

/** A command in a form made from its schema. It can be tried, which stores nothing, and sent; then the views show what became of it. */
export const CommandPage = ({ desk, command, id }: Readonly<{ desk: Desk; command: DeskCommand; id: string }>) => {
  const { category, name, method, schema, example, summary } = command;
  const fields = fieldsOf(schema);
  const examples = valuesOf(fields, example);
  const [values, setValues] = useState<Values>({});
  const [outcome, setOutcome] = useState<Outcome>();
  const [done, setDone] = useState<Done>();
  const [isSending, setSending] = useState(false);
  const [wasAsked, setAsked] = useState(false);
  const { data, faults } = dataOf(fields, values);
  const isWhole = Object.keys(faults).length === 0;
  const send = () => api[category](id)[method];
  const forget = () => {
    setOutcome(undefined);
    setDone(undefined);
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setAsked(true);
    forget();
    if (!isWhole) return;
    if ((event.submitter as HTMLButtonElement | null)?.name === 'try') setOutcome(await outcomeOf(() => send().dryRun(data)));
    else setSending(true);
  };
  const act = async (why: string) => {
    try {
      setDone(await send()(data, why === '' ? {} : { why }));
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      setOutcome({ refused: problem.reason, detail: problem.detail });
    }
  };
  return (
    <>
      <header>
        <h1>{summary}</h1>
        <a href={href(['desk'])}>Desk</a>
      </header>
      <form class="card" aria-label={name} onSubmit={submit}>
        <Whom command={command} id={id} />
        <SchemaFields
          fields={fields}
          values={values}
          examples={examples}
          faults={wasAsked ? faults : {}}
          change={(next) => {
            setValues(next);
            forget();
          }}
          none="This command takes no data."
        />
        <div class="row">
          <button type="submit" name="send" class="button is-main">
            Send it
          </button>
          <button type="submit" name="try" class="button">
            Try it
          </button>
          <span class="dim">What is tried is decided on the stream as it is; nothing is stored.</span>
        </div>
      </form>
      {outcome && <OutcomeNotice outcome={outcome} />}
      {done && <Answer desk={desk} command={command} id={id} done={done} />}
      {isSending && (
        <Confirm title={`Send ${name}`} act={act} close={() => setSending(false)}>
          <p>
            {name} is sent to {category} <span class="mono">{id}</span> in your name.
          </p>
          <Json value={data} />
        </Confirm>
      )}
    </>
  );
};
