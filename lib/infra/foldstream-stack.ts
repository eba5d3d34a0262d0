import { type App, Stack } from 'aws-cdk-lib';
import type { Manifest } from '../core/manifest.ts';
import { pascal } from '../core/stream.ts';
import { Api } from './api.ts';
import { CommandEndpoint } from './command-endpoint.ts';
import { EventStore } from './event-store.ts';
import { Guard } from './guard.ts';
import { Operations } from './operations.ts';
import { Publisher } from './publisher.ts';
import { History, Queries } from './queries.ts';
import type { Common } from './step.ts';
import { Sweep } from './sweep.ts';
import { View } from './view.ts';

/** Everything that a manifest is deployed as, in the order in which a command travels through it. */
export class FoldstreamStack extends Stack {
  constructor(scope: App, id: string, { manifest, ...common }: Common & Readonly<{ manifest: Manifest }>) {
    super(scope, id, {
      description: `Foldstream: event sourcing and CQRS (${common.settings.stage})`,
      terminationProtection: common.settings.protect,
    });
    const store = new EventStore(this, 'Events', common);
    const publisher = new Publisher(this, 'Publisher', { store, ...common });
    const { bus } = publisher;
    new Guard(this, 'Guard', { store, ...common });
    const api = new Api(this, 'Api', common);

    for (const decider of manifest.aggregates)
      new CommandEndpoint(this, `${pascal(decider.category)}Commands`, { decider, store, api, ...common });
    const views = manifest.projections.map(
      (projection) => new View(this, `${pascal(projection.name)}R${projection.revision}`, { projection, store, bus, ...common }),
    );
    new Queries(this, 'Queries', { views, store, api, ...common });
    new History(this, 'History', { store, api, ...common });
    new Sweep(this, 'Sweep', { views, store, publisher, ...common });
    new Operations(this, 'Operations', { views, publisher, api, ...common });
  }
}
