import { Badge } from '../../parts/badge.tsx';
import { useLoad, usePoll } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { href } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { ops } from '../../session.ts';
import { Views } from './list.tsx';
import { Parked } from './parked.tsx';
import { Rebuilding } from './progress.tsx';
import { History } from './rebuilds.tsx';
import { Rows } from './rows.tsx';
import { Estimate } from './wizard.tsx';
import './views.css';

const often = 5_000;

const One = ({ path, query }: ScreenProps) => {
  const [name = '', part = '', id] = path;
  const { value: flow, error, reload } = usePoll(() => ops.flow(), often, []);
  const { value: model } = useLoad(() => ops.model(), []);
  const all = flow ? [...flow.views, ...(flow.publicEvents ? [flow.publicEvents] : [])] : [];
  const revisions = all.filter((each) => each.name === name);
  const asked = Number(query.get('revision')) || undefined;
  const shown = revisions.find(({ revision }) => revision === asked) ?? revisions.find(({ active }) => active) ?? revisions[0];
  const declared = model?.views.find((each) => each.name === name && each.revision === shown?.revision);
  const revision = asked === undefined ? {} : { revision: asked };
  const isSender = flow?.publicEvents?.name === name;
  if (!shown && error !== undefined) return <ProblemNotice problem={error} retry={reload} />;
  if (!flow) return <Loading />;
  if (!shown)
    return (
      <p>
        No view of this deployment is called {name}. <a href={href(['views'])}>All views</a>
      </p>
    );
  return (
    <>
      <header>
        <h1>{name}</h1>
        <ul class="bare revisions" aria-label="Revisions">
          {revisions.map((each) => (
            <li key={each.revision}>
              <a href={href(['views', name], { revision: each.revision })} aria-current={each === shown ? 'true' : undefined}>
                revision {each.revision}
              </a>{' '}
              <Badge tone={each.active ? 'ok' : each.rebuild ? 'busy' : 'off'}>
                {each.active ? 'answers' : each.rebuild ? each.rebuild.state : 'does not answer'}
              </Badge>
            </li>
          ))}
        </ul>
      </header>
      <Tabs
        label={`Of ${name}`}
        tabs={[
          { name: `Parked ${shown.parked > 0 ? shown.parked : ''}`, to: href(['views', name], revision), isCurrent: part === '' },
          ...(isSender
            ? []
            : [
                { name: 'Rows', to: href(['views', name, 'rows'], revision), isCurrent: part === 'rows' },
                { name: 'Rebuild', to: href(['views', name, 'rebuild'], revision), isCurrent: part === 'rebuild' },
                { name: 'History', to: href(['views', name, 'history'], revision), isCurrent: part === 'history' },
              ]),
        ]}
      />
      {part === '' && <Parked key={shown.revision} view={shown} />}
      {part === 'rows' && declared && <Rows key={declared.name} view={declared} query={query} />}
      {part === 'rebuild' && id === undefined && <Estimate name={name} revisions={revisions} asked={asked} />}
      {part === 'rebuild' && id !== undefined && <Rebuilding key={id} name={name} id={id} />}
      {part === 'history' && <History name={name} revisions={revisions} shown={shown.revision} />}
    </>
  );
};

export default ({ path, query }: ScreenProps) => (
  <section class="screen views">{path.length === 0 ? <Views /> : <One path={path} query={query} />}</section>
);
