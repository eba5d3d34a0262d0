import { revisionKey } from '../../../lib/core/deployed-names.ts';
import { streamKey } from '../../../lib/core/projection.ts';
import type { ViewGroup } from '../../../lib/engine/view/group/route.ts';
import type { Engine, Tamper } from '../../../lib/testing/simulator.ts';
import { alone, type DeliveryMutant, engine, type Step } from './tampers.ts';

/** The most records of a batch that is not gathered. */
const few = 10;

/** What a batch of more records relies on: where commits are gathered, the simulator must notice. */
export const gatheringMutants: Readonly<Record<string, DeliveryMutant>> = {
  'a gathered batch is dropped behind its first records': {
    ...alone,
    ...engine((real) => ({
      routeToView: (consumer, records, steps) => real.routeToView(consumer, records.slice(0, few), steps),
    })),
  },
  'of a gathered batch only the first records are given back': {
    ...alone,
    ...engine((real) => ({
      routeToView: async (consumer, records, steps) => {
        const failed = await real.routeToView(consumer, records, steps);
        return failed.filter((id) => records.slice(0, few).some((record) => record.id === id));
      },
    })),
  },
};

/** A group of views whose steps are changed, each with all views of the group at hand. */
const grouped = (change: (step: Step, group: ViewGroup) => Step): Tamper =>
  engine((real) => ({
    routeToGroup: (group, records, steps = real) =>
      real.routeToGroup(group, records, { ...steps, projectBatch: change(steps.projectBatch, group) }),
  }));

/** What views that share a queue rely on: where they do, the simulator must notice. */
export const groupMutants: Readonly<Record<string, DeliveryMutant>> = {
  'a message is acknowledged although one view of the group failed': {
    ...alone,
    ...grouped((step, { views }) => async (view, deliveries) => {
      const failed = await step(view, deliveries);
      return view.projection === views[0]?.projection ? [] : failed;
    }),
  },
  'a view that is parked stops the others of its group': {
    ...alone,
    ...grouped((step, { views }) => async (view, deliveries) => {
      const isParked = async (stream: string) => {
        const heads = await Promise.all(views.map((each) => each.view.head(streamKey(each.projection, stream))));
        return heads.some((head) => head?.parked);
      };
      const parked = await Promise.all(deliveries.map(({ delivered }) => isParked(delivered.stream)));
      return step(
        view,
        deliveries.filter((_, i) => !parked[i]),
      );
    }),
  },
  'a record that came again counts as done by the view that failed': {
    ...alone,
    ...engine((real) => ({
      routeToGroup: (group, records, steps) => {
        const views = group.views.map(({ projection }) => revisionKey(projection));
        return real.routeToGroup({ ...group, done: { ...group.done, add: (id) => group.done.add(id, views) } }, records, steps);
      },
    })),
  },
  'an order goes to the first view of the group, whichever it names': {
    ...alone,
    ...engine((real) => ({
      routeToGroup: (group, records, steps = real) => {
        const [first] = group.views;
        const carryOutBatch: Engine['carryOutBatch'] = (_, orders) => steps.carryOutBatch(first!, orders);
        return real.routeToGroup(group, records, { ...steps, carryOutBatch });
      },
    })),
  },
};
