import { useEffect, useState } from 'preact/hooks';
import type { Tried } from '../../../lib/console/as-test.ts';
import type { Reacted } from '../../../lib/console/reaction.ts';
import type { Through } from '../../../lib/console/through.ts';
import { domain } from '../../domain.ts';
import { Badge } from '../../parts/badge.tsx';
import { Field } from '../../parts/field.tsx';
import { copy } from '../../parts/id.tsx';
import { Json } from '../../parts/json.tsx';
import { instanceHref } from '../../parts/links.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { href, setQuery } from '../../router.ts';
import { ops } from '../../session.ts';
import { type OpenedStream, useStream } from './opened.ts';
import { AskPersonal, subjectsIn, unmasked } from './personal.tsx';
import { placeOf } from './place.ts';
import { Slider, usePlace } from './slider.tsx';
import { Timeline } from './timeline.tsx';
import { useNewest, useStep } from './walk.ts';
import { WhatIf } from './what-if.tsx';

const keyOf = ({ kind, name }: Pick<Through, 'kind' | 'name'>) => (kind === 'decider' ? kind : `${kind}:${name}`);

const words = {
  decider: ['State before', 'State after'],
  view: ['Row before', 'Row after'],
  process: ['Memory before', 'Memory after'],
} as const;

/** Before and after, side by side, and the events between them. */
const Walked = ({ opened, through, at }: Readonly<{ opened: OpenedStream; through: Through; at: number }>) => {
  const { step, error } = useStep(through, at, opened.commits.length);
  if (error !== undefined) return <ProblemNotice problem={error} />;
  if (!step) return <Loading />;
  const [before, after] = [unmasked(step.before), unmasked(step.after)];
  return (
    <>
      {step.fault !== undefined && <ProblemNotice problem={step.fault} />}
      <section class="card" aria-label="Events">
        <h2>
          {step.events.length === 0 ? 'No event' : step.events.length === 1 ? 'Its event' : `Its ${step.events.length} events`}
        </h2>
        {step.events.map((event, i) => (
          <Json key={i} value={unmasked(event)} />
        ))}
      </section>
      <div class="beside">
        {words[through.kind].map((name, i) => (
          <section key={name} class="card" aria-label={name}>
            <h2>{name}</h2>
            {i === 0 ? <Json value={before} /> : <Json value={after} before={before ?? null} />}
          </section>
        ))}
      </div>
      <AskPersonal subjects={subjectsIn(step.before, step.after, step.events)} stream={opened.stream} />
    </>
  );
};

/** All commits of an instance: what it went through before is folded, so all of it is needed. */
const historyOf = async (instance: string) => {
  const hyphen = instance.indexOf('-');
  const commits = [];
  for (let from: number | undefined = 1; from !== undefined; ) {
    const page: Awaited<ReturnType<typeof ops.streams.stored>> = await ops.streams
      .stored(instance.slice(0, hyphen), instance.slice(hyphen + 1), { from, limit: 1_000 })
      .catch((cause) => {
        if (cause?.status === 404) return { stream: instance, commits: [] };
        throw cause;
      });
    commits.push(...page.commits);
    from = page.next;
  }
  return commits;
};

const Reaction = ({ reacted }: Readonly<{ reacted: Reacted }>) => {
  const { instance, before, after, sends, deadlines, cancelled, ended, fault, stored } = reacted;
  return (
    <section class="card" aria-label={instance}>
      <h2>
        <a href={instanceHref(instance)}>{instance}</a>{' '}
        {stored === undefined ? <Badge tone="off">not taken yet</Badge> : <Badge tone="ok">{`its commit ${stored}`}</Badge>}
      </h2>
      {fault !== undefined && <ProblemNotice problem={fault} />}
      <h3>{sends.length === 0 ? 'It sends no command' : 'It sends'}</h3>
      {sends.map(({ to, command, data }, i) => (
        <Json key={i} value={{ to, command, data: unmasked(data) }} />
      ))}
      {Object.keys(deadlines).length > 0 && (
        <>
          <h3>It sets deadlines</h3>
          <Json value={deadlines} />
        </>
      )}
      {cancelled.length > 0 && <p>It cancels {cancelled.join(', ')}.</p>}
      {ended !== undefined && <p>It ends: {ended}.</p>}
      <div class="beside">
        <div>
          <h3>Before</h3>
          <Json value={unmasked(before)} />
        </div>
        <div>
          <h3>After</h3>
          <Json value={unmasked(after)} before={unmasked(before)} />
        </div>
      </div>
    </section>
  );
};

const Reactions = ({ opened, name, at }: Readonly<{ opened: OpenedStream; name: string; at: number }>) => {
  const { value, error } = useNewest(async () => {
    if (at === 0 || at > opened.commits.length) return [];
    const instances = await domain('instances', { name, commit: at });
    return Promise.all(
      instances.map(async (instance) => domain('react', { name, commit: at, instance, history: await historyOf(instance) })),
    );
  }, [opened.stream, opened.commits.length, name, at]);
  if (error !== undefined) return <ProblemNotice problem={error} />;
  if (!value) return <Loading />;
  if (value.length === 0) return <Empty title={`${name} does not react to this commit.`} />;
  return (
    <>
      {value.map((reacted) => (
        <Reaction key={reacted.instance} reacted={reacted} />
      ))}
    </>
  );
};

/** What is on the screen, as a given/when/then test. */
const CopyAsTest = ({
  through,
  at,
  tried,
  loaded,
}: Readonly<{ through: Through; at: number; tried: Tried | undefined; loaded: number }>) => {
  const [text, setText] = useState<string>();
  const [none, setNone] = useState<string>();
  const forget = () => {
    setText(undefined);
    setNone(undefined);
  };
  useEffect(forget, [through.name, through.kind, at, tried, loaded]);
  const make = async () => {
    const made = await domain('asTest', { kind: through.kind, name: through.name, commit: at, ...(tried && { tried }) });
    if ('none' in made) setNone(made.none);
    else {
      setText(made.text);
      await copy(made.text, 'the test');
    }
  };
  return (
    <section class="card" aria-label="As a test">
      <div class="row">
        <button type="button" class="button" onClick={make}>
          Copy as a test
        </button>
        <span class="dim">{tried ? `Of ${tried.command.type}, tried on this state.` : 'Of what is on this page.'}</span>
      </div>
      {none !== undefined && <p role="status">{none}</p>}
      {text !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls is reached by keys.
        // biome-ignore lint/a11y/useSemanticElements: it is a region of the page, and code.
        <pre class="code" role="region" tabIndex={0} aria-label="The test">
          {text}
        </pre>
      )}
    </section>
  );
};

/** Walks a stream commit by commit through the domain's own code. */
export const StepPage = ({ stream, query }: Readonly<{ stream: string; query: URLSearchParams }>) => {
  const opened = useStream(stream);
  const { commits, throughs, forms, error, codeFault } = opened;
  const [at, go] = usePlace(commits, query);
  const [tried, setTried] = useState<Tried>();
  const through = throughs.find((each) => keyOf(each) === query.get('through')) ?? throughs[0];
  const hyphen = stream.indexOf('-');
  const back = href(['streams', stream.slice(0, hyphen), stream.slice(hyphen + 1)], placeOf(commits, at));
  useEffect(() => setTried(undefined), [at, through?.name]);
  return (
    <div class="screen">
      <header>
        <h1>Step through {stream}</h1>
        <a href={back}>Its timeline</a>
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={opened.reload} />}
      {codeFault !== undefined && <ProblemNotice problem={codeFault} />}
      {commits.length === 0 && error === undefined && <Loading />}
      {commits.length > 0 && !through && codeFault === undefined && <Empty title="No code of the domain reads this stream." />}
      {commits.length > 0 && through && (
        <>
          <Field label="Through">
            <select value={keyOf(through)} onChange={(event) => setQuery({ through: event.currentTarget.value })}>
              {throughs.map((each) => (
                <option key={keyOf(each)} value={keyOf(each)}>
                  {each.label}
                </option>
              ))}
            </select>
          </Field>
          <Slider commits={commits} at={at} go={go} />
          <div class="past">
            <Timeline commits={commits} at={at} go={go} />
            <div class="stack">
              {through.kind === 'process' ? (
                <Reactions key={keyOf(through)} opened={opened} name={through.name} at={at} />
              ) : (
                <Walked key={keyOf(through)} opened={opened} through={through} at={at} />
              )}
              {through.kind === 'decider' && forms.length > 0 && (
                <WhatIf
                  stream={stream}
                  forms={forms}
                  at={at}
                  isNow={at === commits.length}
                  tried={setTried}
                  sent={opened.reload}
                />
              )}
              <CopyAsTest through={through} at={at} tried={tried} loaded={commits.length} />
            </div>
          </div>
        </>
      )}
    </div>
  );
};
