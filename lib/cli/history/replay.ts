import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../../core/access.ts';
import { type Commit, storedEvents } from '../../core/commit.ts';
import { type AnyDecider, decide, fold, isRefusal } from '../../core/decider.ts';
import type { OtherRules } from '../../core/declare/rules.ts';
import { type Change, difference } from '../../core/difference.ts';
import type { Message } from '../../core/message.ts';
import { parseStream } from '../../core/stream.ts';
import { readEvent, storeEvent } from '../../core/version.ts';
import { storable } from '../../engine/store/storable.ts';

/** What a stream would have come to under other rules. */
export type Replayed = Readonly<{
  stream: string;
  commits: number;
  /** The first commit that would have been another: what was recorded, and what would have been. */
  departs?: Readonly<{ commit: number; recorded: readonly Message[]; instead: readonly Message[] | string }>;
  /** The commands that would have been refused, by their reasons. */
  refused: Readonly<Record<string, number>>;
  /** The state in the end, as it is and as it would be. */
  changes: readonly Change[];
}>;

type Course = {
  commits: number;
  departs?: Replayed['departs'];
  refused: Record<string, number>;
  recorded: unknown;
  instead: unknown;
};

/** Who sent the command, as far as a commit has it: no roles. */
const senderOf = ({ command, meta }: Commit): Actor => ({
  id: meta.actor,
  kind: command.startsWith('process/') ? 'process' : 'user',
  roles: [],
});

/**
 * Decides the commands of a history anew, under other rules, stream by stream. The commands follow from the recorded events; each is decided on the
 * state that the other rules have led to, with the sender and the time of its commit.
 */
export const replayUnder = (recordedBy: AnyDecider, { decider, asked }: OtherRules) => {
  const other = decider as unknown as AnyDecider;
  const courses = new Map<string, Course>();

  /** The events that one command leads to, or the reason of its refusal. */
  const decided = (course: Course, command: Message, commit: Commit): readonly Message[] | string => {
    const format = other.commands[command.type];
    if (!format) throw new Error(`${other.category} has no command ${command.type}: correct \`asked\` of the rules.`);
    const id = parseStream(commit.stream)!.id;
    const data = format.schema.safeParse(command.data);
    if (!data.success) return 'invalid';
    const message = { type: command.type, data: data.data };
    const outcome = decide(other, course.instead, message, { id, actor: senderOf(commit), at: commit.at });
    if (isRefusal(outcome)) return outcome.refused;
    return outcome.map((event) => readEvent(other.events, storeEvent(other.events, event)));
  };

  const follow = (course: Course, commit: Commit): void => {
    const recorded = storedEvents(commit).map((event) => readEvent(recordedBy.events, event));
    const commands = recorded.flatMap(({ type, data }) => asked[type]?.(data as never) ?? []);
    const instead: Message[] = [];
    let refused: string | undefined;
    for (const command of commands) {
      const outcome = decided(course, command, commit);
      if (typeof outcome === 'string') {
        refused = outcome;
        course.refused[outcome] = (course.refused[outcome] ?? 0) + 1;
        continue;
      }
      course.instead = fold(other, course.instead, outcome);
      instead.push(...outcome);
    }
    course.commits += 1;
    course.recorded = fold(recordedBy, course.recorded, recorded);
    if (course.departs || isDeepStrictEqual(storable(instead), storable(recorded))) return;
    course.departs = { commit: commit.commit, recorded, instead: refused ?? instead };
  };

  return {
    /** The commits of a stream come in their order; repeated ones are ignored, and so are those of other categories. */
    commit: (commit: Commit): void => {
      if (parseStream(commit.stream)?.category !== other.category) return;
      const course = courses.get(commit.stream) ?? {
        commits: 0,
        refused: {},
        recorded: recordedBy.initial,
        instead: other.initial,
      };
      courses.set(commit.stream, course);
      if (commit.commit === course.commits + 1) follow(course, commit);
      else if (commit.commit > course.commits) throw new Error(`${commit.stream}: commit ${course.commits + 1} is missing.`);
    },

    report: (): readonly Replayed[] =>
      [...courses].map(([stream, { recorded, instead, ...course }]) => ({
        stream,
        ...course,
        changes: difference(storable(recorded), storable(instead)),
      })),
  };
};
