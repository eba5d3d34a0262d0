// The package's entry `foldstream`: what a team writes its domain with. Given/when/then is `foldstream/testing`.

// All of it: only a module that is exported as a whole can be extended through its re-export, and a team adds its roles so.
export * from './core/access/roles.ts';
export { type Actor, allowed, anybody, isPublic, type May, user, type Who } from './core/access.ts';
export type { Amount } from './core/amount.ts';
export { type Commit, type Meta, type Purge, recordedEvents, type StoredEvent, versionBefore } from './core/commit.ts';
export {
  type AnyDecider,
  type Call,
  type CommandFormat,
  type CommandOf,
  type Context,
  command,
  type Decider,
  decide,
  fold,
  isRefusal,
  outdated,
  type Refusal,
  type RefusalDetail,
  refuse,
} from './core/decider.ts';
export { boundary } from './core/declare/boundary.ts';
export { decider } from './core/declare/decider.ts';
export { defineLoad, type LoadCall, type LoadCommand, type LoadMix, type LoadSetup } from './core/declare/load.ts';
export { type OtherRules, otherRules } from './core/declare/rules.ts';
export { rowPerStream, rowsPerCommit, rowsPerStream, sharedRows } from './core/declare/view.ts';
export type { Demo, DemoCommand } from './core/demo.ts';
export { type Change, difference } from './core/difference.ts';
export { type Adapter, type AdapterOutcome, type AnyAdapter, adapter, type EffectCall } from './core/effect/adapter.ts';
export {
  type Answered,
  type AnswerOf,
  type AnyEffect,
  type CircuitSettings,
  type Declined,
  type Effect,
  effect,
  type GivenTo,
  type InputOf,
  type Perform,
  type Performed,
  perform,
  type Rate,
  type Retries,
  type Unanswered,
} from './core/effect/effect.ts';
export { type EventLog, eventLog, type LoggedCommit, type LogList } from './core/event-log.ts';
export { type Fact, type Facts, fact, type GivenFacts, guarded } from './core/fact/facts.ts';
export { type Hmac, hmac, standardWebhooks } from './core/hook/hmac.ts';
export { type AnyHook, type Hook, type HookHeaders, type Hooks, hook } from './core/hook/hook.ts';
export { later, type Span } from './core/instant.ts';
export { type DefinedManifest, defineManifest, type Manifest } from './core/manifest.ts';
export type { DataOf, Message, MessagesOf, Recorded } from './core/message.ts';
export { type Erased, isErased, type Opened } from './core/personal/opened.ts';
export { type PersonalOptions, personal } from './core/personal/personal.ts';
export { findable, type Plain, type Sealed, same } from './core/personal/sealed.ts';
export { type Problem, ProblemError } from './core/problem.ts';
export { decidersOf, processDecider } from './core/process/decider.ts';
export { process } from './core/process/declare.ts';
export { type Cause, type ProcessEvent, processEvents, type StepEnded } from './core/process/events.ts';
export type { Instance, OpenDeadline, OpenSend, StuckSend } from './core/process/instance.ts';
export {
  type AnyProcess,
  type Due,
  type Outcome,
  type Process,
  type Reaction,
  type RefusedOutcome,
  type Resolution,
  reactedTypes,
  type Send,
  send,
} from './core/process/process.ts';
export {
  type Added,
  type AnyProjection,
  type AnySharedRows,
  handledTypes,
  type List,
  type Listed,
  type RowPerStream,
  type RowsPerCommit,
  type RowsPerStream,
  rowKey,
  type SharedRows,
  type Step,
  sourceOf,
  sourcesOf,
  streamKey,
} from './core/projection.ts';
export { type AnySchedule, type CatchUp, type Occasion, type OccasionOf, schedule } from './core/schedule/schedule.ts';
export { WrongSetting } from './core/settings/field.ts';
export { defineSettings, type ProjectSettings } from './core/settings/settings.ts';
export type { Share, Total } from './core/share.ts';
export { idRule, isCategory, isId, kebab, parseStream, streamName } from './core/stream.ts';
export { type AnyTag, type CommandTags, type Tag, type TagStates, type TagValues, tag } from './core/tag/tag.ts';
export { also } from './core/together/along.ts';
export type { Addressed, Also, RefusedAlong } from './core/together/also.ts';
export {
  type EventOf,
  type Formats,
  type FormatsOf,
  FromNewerRelease,
  readEvent,
  type SomeOf,
  type Source,
  storeEvent,
  UnreadableEvent,
  type Versioned,
  v1,
} from './core/version.ts';
export type { Group, Groups } from './core/view/groups.ts';
export { suspicions, type WatchMemory } from './core/watch/formats.ts';
export type {
  CountWithin,
  FarFromUsual,
  FollowedBy,
  NotFollowedBy,
  Pattern,
  SumWithin,
  Values,
} from './core/watch/patterns.ts';
export { type Watch, watch } from './core/watch/watch.ts';
