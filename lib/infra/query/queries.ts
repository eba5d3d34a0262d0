import { Construct } from 'constructs';
import { isOpen, isPublic } from '../../core/access.ts';
import { foundLists } from '../../core/projection.ts';
import type { Api } from '../kit/api.ts';
import { output, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { SubjectKeys } from '../personal/subject-keys.ts';
import type { EventStore } from '../store/event-store.ts';
import type { View } from '../view/view.ts';

type Given = Common & Readonly<{ store: EventStore; api: Api; keys?: SubjectKeys }>;
type QueriesProps = Given & Readonly<{ views: readonly View[] }>;

/** GET /views/...: rows of the views that someone outside may read. And whether the whole is well. */
export class Queries extends Construct {
  constructor(scope: Construct, id: string, { views, store, api, keys, ...common }: QueriesProps) {
    super(scope, id);
    const step = new Step(this, 'Query', {
      ...common,
      step: 'query',
      description: 'Answers queries from the views.',
      reserved: common.settings.reserved.queries,
    });
    letQuery(step, views);
    keys?.letOpen(step);
    store.letReadActives(step);
    // Consistency tokens are sealed with it.
    store.letReadSecret(step, 'digests');
    const open = openViews(views);
    const names = new Set(
      views
        .map(({ projection }) => projection)
        .filter(({ may }) => isPublic(may))
        .map(({ name }) => name),
    );
    const view = [...names].filter((name) => !open.includes(name));
    for (const path of ['/views/{view}', '/views/{view}/{id}']) api.route('GET', path, step, { view });
    for (const name of open)
      for (const path of [`/views/${name}`, `/views/${name}/{id}`])
        api.openRoute('GET', path, step, `${name} declares that anyone may read it.`);
    const found = views.filter(({ projection }) => names.has(projection.name) && foundLists(projection).length > 0);
    if (found.length > 0) keys?.letFind(step);
    // A personal value is given in a body.
    for (const name of new Set(found.map(({ projection }) => projection.name)))
      if (open.includes(name)) api.openRoute('POST', `/views/${name}`, step, `${name} declares that anyone may read it.`);
      else api.route('POST', `/views/${name}`, step);
    api.openRoute('GET', '/health', step, 'Whether the service is well may be asked by anybody; the answer holds nothing else.');
    output(this, 'QueryFunction', step.functionName);
  }
}

/** The views whose every revision is for anyone: as long as one is deployed that is not, that one may be the one that answers, and it has to know who asks. */
const openViews = (views: readonly View[]): readonly string[] =>
  [...Map.groupBy(views, ({ projection }) => projection.name)].flatMap(([name, revisions]) =>
    revisions.every(({ projection }) => isOpen(projection.may)) ? [name] : [],
  );

/** The public views' tables, of all revisions: their names follow from the stack's. */
const letQuery = (step: Step, views: readonly View[]): void => {
  step.addEnvironment('STACK', stackNameOf(step));
  for (const view of views) if (isPublic(view.projection.may)) view.letQuery(step);
};

/** GET /streams/...: the history of one stream, and its state at any time. */
export class History extends Construct {
  constructor(scope: Construct, id: string, { store, api, keys, ...common }: Given) {
    super(scope, id);
    const step = new Step(this, 'History', {
      ...common,
      step: 'history',
      description: 'Answers queries for the history of one stream.',
    });
    store.letRead(step);
    store.letReadSnapshots(step);
    keys?.letOpen(step);
    for (const path of ['', '/state', '/diff']) api.route('GET', `/streams/{category}/{id}${path}`, step);
    output(this, 'HistoryFunction', step.functionName);
  }
}
