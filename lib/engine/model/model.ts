import type { May } from '../../core/access.ts';
import type { Span } from '../../core/instant.ts';

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

export type CommandModel = Readonly<{
  name: string;
  /** The route, if somebody outside may send it. */
  path?: string;
  may: May;
  schema: Schema;
  /** Data that fits the schema. */
  example?: unknown;
  /** The categories of the entities that the sender must own. */
  owns: readonly string[];
  /** The streams of other categories that it decides on; `guarded`: none of them may have moved. */
  facts: readonly Readonly<{ name: string; category: string; guarded: boolean }>[];
  tags: readonly string[];
  /** Commands of other aggregates that take effect with it. */
  together: readonly Readonly<{ category: string; command: string }>[];
}>;

export type AggregateModel = Readonly<{
  category: string;
  commands: readonly CommandModel[];
  events: readonly string[];
  hasOwner: boolean;
  history: May;
  /** The names of values that no other stream may have at the same time. */
  unique: readonly string[];
  tags: readonly string[];
  retention?: Readonly<{ endedBy: readonly string[]; keep: Span }>;
}>;

export type EventVersion = Readonly<{
  v: number;
  schema: Schema;
  /** What differs from the version before, in sentences. */
  changes: readonly string[];
  /** Data of this version: of its golden sample, or made up. */
  sample?: Readonly<{ data: unknown; golden: boolean }>;
}>;

export type EventModel = Readonly<{
  category: string;
  type: string;
  /** The version that is written. */
  written: number;
  versions: readonly EventVersion[];
  /** Other teams may listen to it; `publicSince` if it was not public from the beginning. */
  public: boolean;
  publicSince?: string;
  /** The fields with personal values, in any version. */
  personal: readonly string[];
  /** The aggregate or process whose streams have it. */
  producer: 'aggregate' | 'process' | 'watch';
  views: readonly Readonly<{ name: string; revision: number }>[];
  processes: readonly string[];
}>;

export type ViewModel = Readonly<{
  name: string;
  revision: number;
  kind: string;
  may: May;
  path?: string;
  /** By category, the event types that it handles. */
  from: readonly Readonly<{ category: string; types: readonly string[] }>[];
  lists: readonly Readonly<{ name: string; within?: 'owner'; by: boolean; personal: boolean }>[];
  filters: readonly string[];
  maskedFor: readonly string[];
  gatherSeconds: number;
  freshSeconds: number;
  /** The schema of its rows, if it is declared. */
  row?: Schema;
  /** The product brings it along. */
  kernel: boolean;
  /** It logs commits, of whatever kind. */
  log: boolean;
}>;

export type ProcessModel = Readonly<{
  category: string;
  kind: 'process' | 'watch';
  since: string;
  from: readonly Readonly<{ category: string; types: readonly string[] }>[];
  /** By category, the commands that it may send. */
  sends: readonly Readonly<{ category: string; commands: readonly string[] }>[];
  effects: readonly string[];
  deadlines: readonly string[];
  raises: readonly string[];
  memory: Schema;
  gatherSeconds: number;
}>;

export type EffectModel = Readonly<{
  name: string;
  provider: string;
  input: Schema;
  answer: Schema;
  /** The fields of the input that its adapter is given opened. */
  opens: readonly string[];
  timeout: Span;
  giveUp: Span;
  processes: readonly string[];
}>;

export type ScheduleModel = Readonly<{
  name: string;
  cron: string;
  timezone: string;
  catchUp: string;
  since: string;
  /** The view that it goes through. */
  each?: string;
  sends: readonly string[];
}>;

export type HookModel = Readonly<{ name: string; path: string; sends: string; body: Schema }>;

/** What a manifest declares, as plain values. */
export type Model = Readonly<{
  roles: readonly string[];
  mayErase: readonly string[];
  aggregates: readonly AggregateModel[];
  events: readonly EventModel[];
  views: readonly ViewModel[];
  processes: readonly ProcessModel[];
  effects: readonly EffectModel[];
  schedules: readonly ScheduleModel[];
  hooks: readonly HookModel[];
  /** Removed views, with the reason. */
  retired: Readonly<Record<string, string>>;
}>;
