import * as z from 'zod';
import type { AnyDecider } from '../../core/decider.ts';
import { busSources } from '../../core/deployed-names.ts';
import type { Manifest } from '../../core/manifest.ts';
import { decidersOf } from '../../core/process/decider.ts';
import { currentSchema } from '../../core/version.ts';
import type { Described } from './document.ts';
import { type Json, jsonSchema } from './operation.ts';

/** A public event as its CloudEvents envelope has it. */
const envelope = ({ category, events }: AnyDecider, type: string): z.ZodType => {
  return z.looseObject({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: '`<stream>/<version>`: the same on every repeat, so that consumers can deduplicate.' }),
    source: z.literal(`urn:foldstream:${category}`),
    type: z.literal(type),
    subject: z.string().meta({ description: 'The stream.' }),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    dataschema: z.string().meta({ description: 'Names the version of the schema that `data` has.' }),
    sequence: z.string().meta({ description: "The event's version in its stream, in twelve digits: sorts as text." }),
    correlationid: z.string(),
    traceparent: z.string().optional(),
    data: currentSchema(events[type]!).optional(),
    dataref: z.string().optional().meta({ description: 'In the place of data that is too large for the bus: where to read it.' }),
  });
};

/** A message, with the entry of EventBridge that it arrives in. */
const messageOf = (decider: AnyDecider, type: string): Json => ({
  name: type,
  title: `${type} (${decider.category})`,
  contentType: 'application/json',
  payload: jsonSchema(
    z.looseObject({
      source: z.literal(busSources.publicEvents),
      'detail-type': z.literal(type),
      detail: envelope(decider, type),
      resources: z.array(z.string()).meta({ description: 'The stream.' }),
      time: z.string(),
    }),
  ),
});

const idOf = ({ category }: AnyDecider, type: string) => `${category}.${type}`;

/**
 * The public events of a manifest, described as AsyncAPI 3: what other teams receive from the bus.
 * @example asyncApi(manifest, { title: 'Accounts', version: '1.4.0' }).channels;
 */
export const asyncApi = (manifest: Manifest, { title, version, server }: Described): Json => {
  const all = decidersOf(manifest).flatMap((decider) => (decider.publishes ?? []).map((type) => ({ decider, type })));
  const id = ({ decider, type }: (typeof all)[number]) => idOf(decider, type);
  return {
    asyncapi: '3.0.0',
    info: { title, version, description: 'The public events, as CloudEvents on an EventBridge bus.' },
    ...(server !== undefined && { servers: { bus: { host: server, protocol: 'eventbridge' } } }),
    defaultContentType: 'application/json',
    channels: {
      events: {
        address: server ?? null,
        description: "The deployment's EventBridge bus. At least once, and in no order: deduplicate by `source` and `id`.",
        messages: Object.fromEntries(all.map((one) => [id(one), { $ref: `#/components/messages/${id(one)}` }])),
      },
    },
    operations: {
      announce: {
        action: 'send',
        description: 'Sends each public event after its commit is stored.',
        channel: { $ref: '#/channels/events' },
        messages: all.map((one) => ({ $ref: `#/channels/events/messages/${id(one)}` })),
      },
    },
    components: { messages: Object.fromEntries(all.map((one) => [id(one), messageOf(one.decider, one.type)])) },
  };
};
