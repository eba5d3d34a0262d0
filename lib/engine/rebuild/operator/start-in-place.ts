import { sourceOf, sourcesOf } from '../../../core/projection.ts';
import { parseStream } from '../../../core/stream.ts';
import { invalid, notFound } from '../../problems.ts';
import { sendOrders } from '../../send-orders.ts';
import type { RefoldOrder } from '../../view/refold.ts';
import type { Rebuild } from '../ports.ts';
import { rebuildSettings } from '../settings.ts';
import { type Asked, liveView, type Ordering } from './requests.ts';
import { begin } from './start.ts';

/** Compares a live revision with the fold of its streams; with `repair`, differences are refolded. */
export const orderAudit = async (ordering: Ordering, asked: Asked & Readonly<{ repair?: boolean }>): Promise<Rebuild> => {
  const settings = rebuildSettings({ compareOneOf: 1, ...asked.settings });
  const view = await liveView(ordering, asked);
  const { repair = false } = asked;
  return begin(ordering, view, asked, settings, { kind: 'audit', state: 'verifying', ...(repair && { repair }) });
};

export type Refolded = Readonly<{ projection: string; revision: number; stream: string }>;

/** Refolds one stream of a live revision by the view's own function, since no other may write its table. It is recorded before. */
export const orderRefold = async (
  ordering: Ordering,
  asked: Pick<Asked, 'projection' | 'revision'> & Readonly<{ stream: string; correlation: string }>,
  record: (refolded: Refolded) => Promise<unknown> = async () => undefined,
): Promise<Refolded> => {
  const { stream, correlation } = asked;
  if (!parseStream(stream)) throw invalid('stream', 'a stream is named <category>-<id>, such as account-7f3a');
  const { projection, queue } = await liveView(ordering, asked);
  if (!sourceOf(projection, stream)) throw notFound(`stream ${stream} in ${projection.name}`);
  const order: RefoldOrder = { refold: { stream, correlation } };
  const refolded = { projection: projection.name, revision: projection.revision, stream };
  await record(refolded);
  await sendOrders(queue, projection.name, [order]);
  return refolded;
};

/** Refolds all streams of a category in a live revision, in place. */
export const orderReplay = async (ordering: Ordering, asked: Asked & Readonly<{ category: string }>): Promise<Rebuild> => {
  const settings = rebuildSettings(asked.settings);
  const view = await liveView(ordering, asked);
  const { category } = asked;
  const categories = sourcesOf(view.projection).map((source) => source.category);
  if (!categories.includes(category)) throw invalid('category', `${asked.projection} reads ${categories.join(' and ')}`);
  return begin(ordering, view, asked, settings, { kind: 'replay', state: 'filling', category });
};
