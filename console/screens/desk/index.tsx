import { NotFound } from '../../../lib/client/index.ts';
import { useLoad } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { href } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { ops, who } from '../../session.ts';
import { CommandPage } from './command.tsx';
import { type Description, type Desk, type DeskCommand, type DeskView, deskOf } from './described.ts';
import { ViewPage } from './view.tsx';
import './desk.css';

let description: Promise<Description> | undefined;

/** The description is the same for as long as the page is there: a deployment that changes it has another page, too. */
const described = async (): Promise<Description> => {
  description ??= ops.described() as Promise<Description>;
  try {
    return await description;
  } catch (cause) {
    description = undefined;
    throw cause;
  }
};

const Views = ({ views }: Readonly<{ views: readonly DeskView[] }>) => (
  <section class="card" aria-label="What you may read">
    <h2>What you may read</h2>
    {views.length === 0 ? (
      <p class="dim">No view is for your roles.</p>
    ) : (
      <ul class="bare offers">
        {views.map(({ name, isOwn }) => (
          <li key={name}>
            <a href={href(['desk', 'view', name])}>{name}</a>
            {isOwn && <span class="dim"> your own</span>}
          </li>
        ))}
      </ul>
    )}
  </section>
);

const Commands = ({ commands }: Readonly<{ commands: readonly DeskCommand[] }>) => (
  <section class="card" aria-label="What you may send">
    <h2>What you may send</h2>
    {commands.length === 0 ? (
      <p class="dim">No command is for your roles.</p>
    ) : (
      <dl class="offered">
        {[...Map.groupBy(commands, ({ category }) => category)].map(([category, of]) => (
          <div key={category}>
            <dt>{category}</dt>
            <dd class="row">
              {of.map(({ name }) => (
                <a
                  key={name}
                  class="button"
                  href={href(['desk', 'command', category, name])}
                  aria-label={`${name}, of ${category}`}
                >
                  {name}
                </a>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    )}
  </section>
);

const All = ({ desk: { views, commands } }: Readonly<{ desk: Desk }>) => (
  <>
    <header>
      <h1>Desk</h1>
      <span class="dim">What your roles let you read and send. Whatever you see and do here, the API has allowed you.</span>
    </header>
    <div class="desk">
      <Views views={views} />
      <Commands commands={commands} />
    </div>
  </>
);

const Shown = ({ desk, path: [kind, first = '', second = ''], query }: ScreenProps & Readonly<{ desk: Desk }>) => {
  if (kind === undefined) return <All desk={desk} />;
  const view = kind === 'view' ? desk.views.find(({ name }) => name === first) : undefined;
  if (view) return <ViewPage key={first} desk={desk} view={view} query={query} />;
  const command =
    kind === 'command' ? desk.commands.find(({ category, name }) => category === first && name === second) : undefined;
  if (command) return <CommandPage key={`${first} ${second}`} desk={desk} command={command} id={query.get('id') ?? ''} />;
  return (
    <Empty title="There is nothing of this name for your roles">
      <span>
        It may be for other roles, or have another name. <a href={href(['desk'])}>What you may read and send</a>
      </span>
    </Empty>
  );
};

export default ({ path, query }: ScreenProps) => {
  const { value, error, isLoading, reload } = useLoad(described, []);
  const { roles = [] } = who.value ?? {};
  return (
    <section class="screen">
      {error instanceof NotFound ? (
        <Empty title="This deployment does not describe its API">
          <span>Its setting `describe` is off, so that there is nothing from which this page could be made.</span>
        </Empty>
      ) : (
        error !== undefined && <ProblemNotice problem={error} retry={reload} />
      )}
      {!value && isLoading && <Loading />}
      {value && <Shown desk={deskOf(value, { roles })} path={path} query={query} />}
    </section>
  );
};
