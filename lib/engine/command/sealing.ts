import type { Commit } from '../../core/commit.ts';
import { type AnyDecider, fold, refuse } from '../../core/decider.ts';
import { hasUnsealed, replaceUnsealed } from '../../core/personal/personal.ts';
import { hashCharacters, sealedOf } from '../../core/personal/sealed.ts';
import { subjectIn } from '../../core/personal/subject.ts';
import { parseStream } from '../../core/stream.ts';
import { readEvent } from '../../core/version.ts';
import { type SubjectOf, sealCommit } from '../personal/seal.ts';
import { type Deciding, type Decision, refusalOn } from './decide.ts';

/** What stands in for a value that is not sealed yet, where only the owner is looked for. */
const standIn = sealedOf({
  subject: 'nobody',
  version: 0,
  encapsulation: 'A',
  hashedFor: 'subject',
  hash: 'A'.repeat(hashCharacters),
  ciphertext: 'A',
  at: ['', '', ''],
});

/** The owner of a stream: of the state before the commit, or of the state after it where there was none. The stream's own id if its decider has no owners. */
export const ownerAt = (decider: AnyDecider, state: unknown, { stream, events }: Commit): string | undefined => {
  const { owner } = decider;
  if (!owner) return parseStream(stream)?.id ?? stream;
  const before = owner(state as never);
  if (before !== undefined) return before;
  const after = events.map((event) => readEvent(decider.events, { ...event, data: replaceUnsealed(event.data, () => standIn) }));
  return owner(fold(decider, state, after) as never);
};

/** A decision with the personal values of its commit sealed; refused if a subject of theirs is erased. */
export const sealing = async (deciding: Deciding, decision: Decision): Promise<Decision> => {
  if ('answer' in decision) return decision;
  const { append } = decision;
  if (!append.events.some(({ data }) => hasUnsealed(data))) return decision;
  let owner: Readonly<{ id: string | undefined }> | undefined;
  const subjectOf: SubjectOf = (options, data, where) =>
    subjectIn(
      options,
      data,
      () => {
        owner ??= { id: ownerAt(deciding.commanding.decider, deciding.known.state, append) };
        return owner.id;
      },
      where,
    );
  const sealed = await sealCommit(deciding.commanding.personal, append, subjectOf);
  return 'erased' in sealed
    ? refusalOn(deciding, refuse('subject-erased', { subject: sealed.erased }))
    : { append: sealed.commit };
};
