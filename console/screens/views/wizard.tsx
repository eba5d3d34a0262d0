import { useState } from 'preact/hooks';
import type { FlowView } from '../../../lib/engine/operate/flow/report.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { useLoad } from '../../parts/load.ts';
import { Loading, ProblemNotice } from '../../parts/states.tsx';
import { go, href } from '../../router.ts';
import { ops } from '../../session.ts';
import { duration, price, type Step, stepsOf } from './steps.ts';

/** The steps of the wizard, and which one is now. */
export const Steps = ({ steps }: Readonly<{ steps: readonly Step[] }>) => (
  <ol class="bare stages" aria-label="Steps">
    {steps.map(({ name, state }, i) => (
      <li key={name} class={`is-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
        <span class="number" aria-hidden="true">
          {state === 'done' ? '✓' : state === 'failed' ? '!' : i + 1}
        </span>
        {name}
        <span class="hidden-text">{state === 'done' ? ' (done)' : state === 'failed' ? ' (not reached)' : ''}</span>
      </li>
    ))}
  </ol>
);

export const Figures = ({ of }: Readonly<{ of: readonly (readonly [string, string | number])[] }>) => (
  <dl class="figures">
    {of.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

const many = new Intl.NumberFormat('en');

type Props = Readonly<{ name: string; revisions: readonly FlowView[]; asked: number | undefined }>;

/** The first step of a rebuild: what it would take; and its beginning, with a reason. */
export const Estimate = ({ name, revisions, asked }: Props) => {
  const [doing, setDoing] = useState<'rebuild' | 'audit' | 'repair'>();
  const newest = Math.max(...revisions.map(({ revision }) => revision));
  const revision = asked ?? newest;
  const running = revisions.find((each) => each.rebuild)?.rebuild;
  const isActive = revisions.some((each) => each.revision === revision && each.active);
  // The one that answers is not built again: there is nothing to estimate.
  const { value, error, isLoading, reload } = useLoad(
    async () => (isActive ? undefined : ops.rebuilds.estimate({ projection: name, revision })),
    [name, revision, isActive],
  );
  const begin = async (why: string) => {
    const order = { projection: name, revision, why };
    const begun =
      doing === 'rebuild' ? await ops.rebuilds.start(order) : await ops.rebuilds.audit({ ...order, repair: doing === 'repair' });
    go(href(['views', name, 'rebuild', begun.id]));
  };
  return (
    <>
      <Steps steps={stepsOf('rebuild', undefined)} />
      {running && (
        <div class="notice is-warn">
          <strong>
            A {running.kind} of this view is {running.state}.
          </strong>
          <a href={href(['views', name, 'rebuild', running.id])}>See how far it is</a>
        </div>
      )}
      <div class="card">
        <h2>Build revision {revision} again from all history</h2>
        <p>
          {isActive
            ? 'This revision answers, so it is not built again. Change the code of the view under a higher revision and deploy: both stand side by side, and here the new one is filled, compared and switched to. If rows of this one are wrong, audit and repair it.'
            : 'The revision that answers keeps answering. This one is filled, catches up, is compared with the commits, and then answers in its place; it can be rolled back.'}
        </p>
        {isLoading && <Loading />}
        {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
        {value && error === undefined && (
          <Figures
            of={[
              ['Commits to read, about', many.format(value.commits)],
              ['Streams', many.format(value.streams)],
              ['Time, about', duration(value.seconds)],
              ['Price, about', price(value.price)],
              ['Read units', many.format(Math.round(value.readUnits))],
              ['Write units', many.format(Math.round(value.writeUnits))],
            ]}
          />
        )}
        {!isActive && (
          <div class="row">
            <button
              type="button"
              class="button is-main"
              disabled={!value || error !== undefined || running !== undefined}
              onClick={() => setDoing('rebuild')}
            >
              Begin the rebuild
            </button>
          </div>
        )}
      </div>
      <div class="card">
        <h2>Audit revision {revision}</h2>
        <p>
          An audit folds the commits again, compares, and changes nothing. One that repairs also folds again in place what
          differs.
        </p>
        <div class="row">
          <button type="button" class="button" disabled={running !== undefined} onClick={() => setDoing('audit')}>
            Audit
          </button>
          <button type="button" class="button" disabled={running !== undefined || !isActive} onClick={() => setDoing('repair')}>
            Audit and repair
          </button>
        </div>
      </div>
      {doing && (
        <Confirm
          title={{ rebuild: 'Begin the rebuild', audit: 'Audit', repair: 'Audit and repair' }[doing]}
          needsWhy
          act={begin}
          close={() => setDoing(undefined)}
        >
          <p>
            {doing === 'rebuild'
              ? `${name} is built again as revision ${revision}, and switched to when it is right. ${value ? `It takes about ${duration(value.seconds)} and costs about ${price(value.price)}.` : ''}`
              : `Revision ${revision} of ${name} is compared with its commits${doing === 'repair' ? ', and what differs is folded again' : ''}.`}
          </p>
        </Confirm>
      )}
    </>
  );
};
