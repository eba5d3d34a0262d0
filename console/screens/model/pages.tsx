import type { ComponentChildren } from 'preact';
import { hasPage } from '../../../lib/engine/model/find.ts';
import type { Model, ViewModel } from '../../../lib/engine/model/model.ts';
import { typeText } from '../../../lib/http/openapi/schema-text.ts';
import { Badge } from '../../parts/badge.tsx';
import { Id } from '../../parts/id.tsx';
import { Json } from '../../parts/json.tsx';
import { Empty } from '../../parts/states.tsx';
import { href } from '../../router.ts';

type PageProps<Name extends string> = Readonly<{ model: Model } & { [key in Name]: string }>;

const Way = ({ kind, name }: Readonly<{ kind: string; name: string }>) => (
  <div class="stack">
    <nav aria-label="Where this is">
      <a href={href(['model'])}>Model</a> <span class="dim">/ {kind}</span>
    </nav>
    <h1>{name}</h1>
  </div>
);

const Card = ({ title, children }: Readonly<{ title: string; children: ComponentChildren }>) => (
  <section class="card">
    <h2>{title}</h2>
    {children}
  </section>
);

const Gone = ({ kind, name }: Readonly<{ kind: string; name: string }>) => (
  <div class="screen">
    <Way kind={kind} name={name} />
    <Empty title={`The manifest has no ${kind} of this name.`}>
      <p>
        It may have been renamed or removed. <a href={href(['model'], { find: name })}>Look for it in the model</a>.
      </p>
    </Empty>
  </div>
);

const None = ({ children }: Readonly<{ children: string }>) => <p class="dim">{children}</p>;

const Links = ({
  to,
  none,
}: Readonly<{
  to: readonly Readonly<{ name: string; page: readonly string[]; about?: string; isPlain?: boolean }>[];
  none: string;
}>) =>
  to.length === 0 ? (
    <None>{none}</None>
  ) : (
    <ul class="bare model-links">
      {to.map(({ name, page, about, isPlain }) => (
        <li key={page.join('/')}>
          {isPlain ? name : <a href={href(['model', ...page])}>{name}</a>}
          {about !== undefined && <span class="dim"> {about}</span>}
        </li>
      ))}
    </ul>
  );

const Type = ({ schema }: Readonly<{ schema: Readonly<Record<string, unknown>> }>) => (
  <pre class="model-type">{typeText(schema)}</pre>
);

export const EventPage = ({ model, category, type }: PageProps<'category' | 'type'>) => {
  const event = model.events.find((each) => each.category === category && each.type === type);
  if (!event) return <Gone kind="event" name={type} />;
  const { producer, versions, written, personal, views, processes } = event;
  return (
    <div class="screen">
      <Way kind="event" name={type} />
      <p class="row">
        <Id value={`${category}.${type}`} />
        <Badge tone="off">v{written} is written</Badge>
        {event.public && <Badge tone="busy">public{event.publicSince ? ` since ${event.publicSince.slice(0, 10)}` : ''}</Badge>}
        {personal.length > 0 && <Badge tone="warn">personal: {personal.join(', ')}</Badge>}
      </p>
      <div class="model-columns">
        <Card title="Comes from">
          <Links
            none=""
            to={[{ name: category, page: [producer === 'aggregate' ? 'aggregate' : 'process', category], about: producer }]}
          />
        </Card>
        <Card title="Read by">
          <Links
            none="No view and no process of this manifest reads it."
            to={[
              ...views.map(({ name, revision }) => ({ name, page: ['view', name], about: `view, r${revision}` })),
              ...processes.map((name) => ({ name, page: ['process', name], about: 'process' })),
            ].filter((each, i, all) => all.findIndex(({ about, name }) => about === each.about && name === each.name) === i)}
          />
        </Card>
      </div>
      {versions.toReversed().map(({ v, schema, changes, sample }) => (
        <Card
          key={v}
          title={`Version ${v}${v === written ? ', which is written' : v > written ? ', which can be read already' : ''}`}
        >
          {changes.length > 0 && (
            <ul class="bare model-changes">
              {changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          )}
          <Type schema={schema} />
          {sample && (
            <details>
              <summary>{sample.golden ? 'Golden sample' : 'An example of its data, made up'}</summary>
              <Json value={sample.data} />
            </details>
          )}
        </Card>
      ))}
    </div>
  );
};

export const AggregatePage = ({ model, category }: PageProps<'category'>) => {
  const aggregate = model.aggregates.find((each) => each.category === category);
  if (!aggregate) return <Gone kind="aggregate" name={category} />;
  const { commands, history, unique, tags, retention } = aggregate;
  const senders = model.processes.filter(({ sends }) =>
    sends.some((each) => each.category === category && each.commands.length > 0),
  );
  return (
    <div class="screen">
      <Way kind="aggregate" name={category} />
      <dl class="model-facts">
        <dt>History</dt>
        <dd>for {history.join(', ')}</dd>
        {unique.length > 0 && (
          <>
            <dt>Unique</dt>
            <dd>{unique.join(', ')}</dd>
          </>
        )}
        {tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd>{tags.join(', ')}</dd>
          </>
        )}
        {retention && (
          <>
            <dt>Personal values</dt>
            <dd>
              are erased{' '}
              {Object.entries(retention.keep)
                .map(([unit, n]) => `${n} ${unit}`)
                .join(' ')}{' '}
              after {retention.endedBy.join(' or ')}
            </dd>
          </>
        )}
      </dl>
      <Card title="Commands">
        {commands.map(({ name, may, path, schema, owns, facts, tags: on, together }) => (
          <details key={name} class="model-command">
            <summary>
              <strong>{name}</strong> <span class="dim">for {may.join(', ')}</span>
            </summary>
            <div class="stack">
              {path !== undefined && <Id value={`POST ${path}`} />}
              <Type schema={schema} />
              {owns.length > 0 && <p>Its sender must own the {owns.join(' and ')} that it names.</p>}
              {facts.map((fact) => (
                <p key={fact.name}>
                  It decides on <a href={href(['model', 'aggregate', fact.category])}>{fact.category}</a> too
                  {fact.guarded ? ', which may not change meanwhile' : ''}.
                </p>
              ))}
              {on.length > 0 && <p>It decides on the tags {on.join(', ')}.</p>}
              {together.map((other) => (
                <p key={`${other.category} ${other.command}`}>
                  It takes {other.command} of <a href={href(['model', 'aggregate', other.category])}>{other.category}</a> along.
                </p>
              ))}
            </div>
          </details>
        ))}
      </Card>
      <div class="model-columns">
        <Card title="Events">
          <Links none="It has none." to={aggregate.events.map((type) => ({ name: type, page: ['event', category, type] }))} />
        </Card>
        <Card title="Commands come also from">
          <Links
            none="No process, hook or schedule."
            to={[
              ...senders.map((process) => ({ name: process.category, page: ['process', process.category], about: process.kind })),
              ...model.hooks
                .filter(({ sends }) => sends === category)
                .map(({ name, path }) => ({ name, page: ['aggregate', category], about: `hook, POST ${path}` })),
              ...model.schedules
                .filter(({ sends }) => sends.includes(category))
                .map(({ name, cron, timezone }) => ({
                  name,
                  page: ['aggregate', category],
                  about: `schedule, ${cron} ${timezone}`,
                })),
            ]}
          />
        </Card>
      </div>
    </div>
  );
};

const Sources = ({ model, from }: Pick<ViewModel, 'from'> & Readonly<{ model: Model }>) => (
  <Links
    none="Nothing."
    to={from.flatMap(({ category, types }) =>
      types.map((type) => ({
        name: type,
        page: ['event', category, type],
        about: `of ${category}`,
        isPlain: !hasPage(model, category, type),
      })),
    )}
  />
);

export const ViewPage = ({ model, name }: PageProps<'name'>) => {
  const revisions = model.views.filter((each) => each.name === name);
  if (revisions.length === 0) return <Gone kind="view" name={name} />;
  return (
    <div class="screen">
      <Way kind="view" name={name} />
      {revisions.map(({ revision, kind, may, path, from, lists, filters, maskedFor, row, gatherSeconds, kernel }) => (
        <div key={revision} class="stack">
          <p class="row">
            <Badge tone="off">r{revision}</Badge>
            <span>
              {kind.replaceAll('-', ' ')}, for {may.join(', ')}
              {maskedFor.length > 0 ? `; masked for ${maskedFor.join(', ')}` : ''}
            </span>
            {path !== undefined && <Id value={`GET ${path}`} />}
            {kernel && <Badge tone="off">comes with the product</Badge>}
          </p>
          {gatherSeconds > 0 && <p class="dim">Commits are gathered for {gatherSeconds} seconds.</p>}
          <div class="model-columns">
            <Card title="Fed by">
              <Sources model={model} from={from} />
            </Card>
            <Card title="Lists and filters">
              {lists.length + filters.length === 0 && <None>None beside the default one.</None>}
              <ul class="bare model-links">
                {lists.map(({ name: list, within, by, personal }) => (
                  <li key={list}>
                    <code>{list}</code>
                    <span class="dim">
                      {by ? ' by a value' : ''}
                      {within ? ' within an owner' : ''}
                      {personal ? ', a personal one' : ''}
                    </span>
                  </li>
                ))}
                {filters.map((field) => (
                  <li key={field}>
                    <code>filter.{field}</code>
                  </li>
                ))}
              </ul>
            </Card>
          </div>
          {row && (
            <Card title="A row">
              <Type schema={row} />
            </Card>
          )}
        </div>
      ))}
    </div>
  );
};

export const ProcessPage = ({ model, category }: PageProps<'category'>) => {
  const process = model.processes.find((each) => each.category === category);
  if (!process) return <Gone kind="process" name={category} />;
  const { kind, since, from, sends, effects, deadlines, raises, memory } = process;
  return (
    <div class="screen">
      <Way kind={kind} name={category} />
      <p class="dim">It takes commits from {since.slice(0, 10)} on.</p>
      <div class="model-columns">
        <Card title="Reacts to">
          <Sources model={model} from={from} />
        </Card>
        <Card title="Sends">
          <Links
            none="No commands."
            to={sends
              .filter(({ commands }) => commands.length > 0)
              .map(({ category: to, commands }) => ({ name: to, page: ['aggregate', to], about: commands.join(', ') }))}
          />
          {model.effects
            .filter(({ name }) => effects.includes(name))
            .map(({ name, provider, input, answer }) => (
              <details key={name}>
                <summary>
                  The effect <strong>{name}</strong> {provider !== name && <span class="dim">of {provider}</span>}
                </summary>
                <Type schema={input} />
                <p>is answered with</p>
                <Type schema={answer} />
              </details>
            ))}
        </Card>
        <Card title="Deadlines">{deadlines.length === 0 ? <None>None.</None> : <p>{deadlines.join(', ')}</p>}</Card>
        <Card title="Raises">
          <Links none="No events of its own." to={raises.map((type) => ({ name: type, page: ['event', category, type] }))} />
        </Card>
      </div>
      <Card title="What an instance remembers">
        <Type schema={memory} />
      </Card>
    </div>
  );
};
