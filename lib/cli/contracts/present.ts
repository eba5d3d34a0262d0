import { createHash } from 'node:crypto';
import type { ZodType } from 'zod';
import type { StoredEvent } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { effectCategory } from '../../core/effect/decider.ts';
import { effectEvents } from '../../core/effect/events.ts';
import type { Manifest } from '../../core/manifest.ts';
import { effectsOf } from '../../core/process/decider.ts';
import { processEvents, rememberedType } from '../../core/process/events.ts';
import { type Formats, readEvent } from '../../core/version.ts';
import { canonical } from '../../engine/canonical.ts';
import type { JsonSchema } from '../../engine/model/schema-changes.ts';
import { storable } from '../../engine/store/storable.ts';
import {
  attempt,
  type Format,
  type FormatVersion,
  type ReleasedFormats,
  type ReleasedOf,
  recordOf,
  versionsOf,
} from './format.ts';

/** One version of an event's stored format, as a release had it. Stored format of 2026-11. */
export type ReleasedVersion = Readonly<{
  /** The JSON schema of its input. Refinements and transforms in code are not part of it; samples are. */
  schema: JsonSchema;
  /** Hash of the golden sample, which is never edited once released. */
  sample: string;
  /** The sample as the release read it. */
  reads: unknown;
}>;

/** An event's stored format as a release had it: which version it wrote, and all that it could read. */
export type ReleasedFormat = ReleasedOf<ReleasedVersion> &
  Readonly<{
    /** Other teams could listen to it. */
    public?: true;
  }>;

/** All stored formats of a release: `events/released.json`. */
export type Released = ReleasedFormats<ReleasedFormat>;

/** The golden samples by their names: `account/MoneyDeposited.v1`. A sample is `{ type, v, data }`, an event as it was stored. */
export type Samples = Readonly<Record<string, unknown>>;

export const sampleName = (category: string, type: string, v: number): string => `${category}/${type}.v${v}`;

/** One version as it is now: its sample as today's domain reads it, and as its own schema keeps it. An error stands for what cannot be told. */
export type PresentVersion = FormatVersion &
  Readonly<{ sample?: Readonly<{ content: unknown; hash: string; reads: unknown; kept: unknown }> }>;

export type PresentFormat = Omit<Format, 'versions'> &
  Readonly<{
    /** Other teams may receive it, from `publicSince` on if it was not public from the beginning. */
    public: boolean;
    publicSince?: string;
    versions: readonly PresentVersion[];
  }>;

export const eventOf = ({ category, type }: Pick<Format, 'category' | 'type'>): string => `${category}.${type}`;

const presentSample = (formats: Formats, schema: ZodType, content: unknown): PresentVersion['sample'] => {
  const event = content as StoredEvent;
  const hash = createHash('sha256').update(canonical(content)).digest('hex').slice(0, 32);
  return {
    content,
    hash,
    reads: attempt(() => storable(readEvent(formats, event).data)),
    kept: attempt(() => storable(schema.parse(event.data))),
  };
};

/** The parts of a manifest that have stored formats. */
export type Storing = Pick<Manifest, 'aggregates' | 'processes' | 'retired'> & Partial<Pick<Manifest, 'projections'>>;

type Stored = Readonly<{ category: string; events: Formats }> & Pick<AnyDecider, 'publishes' | 'publishesSince'>;

/** A process has its memory and the events that it raises; what every process has is there once, under a name that no category can have. */
export const storedBy = ({ aggregates, processes = [] }: Storing): readonly Stored[] => [
  ...aggregates,
  ...processes.map(({ category, memory, raises, publishes = [] }) => ({
    category,
    publishes,
    events: { ...raises, [rememberedType]: memory },
  })),
  ...(processes.length > 0 ? [{ category: 'process', events: processEvents }] : []),
  // The input and the answer of an effect are stored inside the events that all effects have.
  ...effectsOf({ processes }).map(({ name, input, answer }) => ({
    category: effectCategory(name),
    events: { Input: input, Answer: answer },
  })),
  ...(effectsOf({ processes }).length > 0 ? [{ category: 'effect', events: effectEvents }] : []),
];

/** The stored formats of a manifest, with their samples read by today's code. */
export const presentFormats = (manifest: Storing, samples: Samples): readonly PresentFormat[] =>
  storedBy(manifest).flatMap(({ category, events, publishes = [], publishesSince = {} }) =>
    Object.entries(events).map(([type, { current, schemas }]) => ({
      category,
      type,
      written: current,
      public: publishes.includes(type),
      ...(publishesSince[type] !== undefined && { publicSince: publishesSince[type] }),
      versions: versionsOf(schemas).map((version): PresentVersion => {
        const content = samples[sampleName(category, type, version.v)];
        const schema = schemas[version.v - 1];
        return { ...version, ...(content !== undefined && schema && { sample: presentSample(events, schema, content) }) };
      }),
    })),
  );

/** The record of a release; only for formats without a fault. */
export const toReleased = (formats: readonly PresentFormat[]): Released =>
  recordOf(formats, ({ written, versions, public: isPublic }) => ({
    written,
    ...(isPublic && { public: true }),
    versions: Object.fromEntries(
      versions.map(({ v, schema, sample }) => [
        v,
        { schema: schema as JsonSchema, sample: sample?.hash ?? '', reads: sample?.reads },
      ]),
    ),
  }));
