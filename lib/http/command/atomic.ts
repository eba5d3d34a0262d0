import { ProblemError } from '../../core/problem.ts';
import type { Handling } from '../../engine/command/along.ts';
import { handleAllOrNone, namedTwice } from '../../engine/command/atomic.ts';
import { dryRunAll } from '../../engine/command/dry-run.ts';
import { ownsNamed } from '../../engine/command/owning.ts';
import { commandProblem } from '../../engine/command/problem.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../engine/command/request.ts';
import { invalid, notYours } from '../../engine/problems.ts';
import { entry, type Host, requestOf } from '../batch-entry.ts';
import { refusedBody, shaped, storableBody } from '../body.ts';
import { answerOf, commandIn, identity } from '../command.ts';
import { asksForDryRun, triedAnswer } from '../dry-run.ts';
import { problemResponse } from '../problem.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';

type Failed = Exclude<CommandAnswer, { outcome: 'committed' | 'unchanged' }>;
type Refused = ReadonlyMap<number, ProblemError>;

/** Failures of the whole: the same request may be sent again, or is another one, or too large. */
const isOfAll = ({ outcome }: Failed): boolean => outcome === 'contended' || outcome === 'id-reused' || outcome === 'too-large';

const answered = (answers: readonly HttpResponse[]): HttpResponse => ({
  status: 200,
  body: { answers: answers.map(({ status, headers = {}, body }) => ({ status, headers, body })) },
});

/** The answers where some are refused: each of these has its own problem, and the others say which they are. */
const noneStored = (count: number, refused: Refused, correlation: string): HttpResponse => {
  const because = [...refused.keys()].sort((a, b) => a - b);
  const detail = `Nothing of the batch was stored, since ${because.length === 1 ? 'the command' : 'those'} in place ${because.join(', ')} failed. Correct it, or leave it out, and send the batch again.`;
  const notStored = new ProblemError({ kind: 'not-stored', detail, extra: { because } });
  return answered(Array.from({ length: count }, (_, i) => problemResponse((refused.get(i) ?? notStored).problem, correlation)));
};

const handlingOf = async (
  commanding: Commanding,
  request: HttpRequest,
  given: unknown,
  id: Pick<CommandRequest, 'id' | 'digest' | 'otherDigests'>,
): Promise<Handling> => {
  const asking = shaped(entry, given);
  if (asking.key !== undefined)
    throw refusedBody('invalid-request', 'An atomic batch takes effect once as a whole.', [
      { path: 'key', reason: 'give the whole batch the header Idempotency-Key instead' },
    ]);
  const { format, asked } = await commandIn(commanding, requestOf(request, asking), () => storableBody(asking.body ?? {}));
  if (!(await ownsNamed(commanding, format, asked.command.data, request.actor))) throw notYours();
  return { commanding, request: { ...asked, ...id } };
};

/** Answers a batch of which all commands take effect or none, with an answer to each. */
export const answerAtomic = async (
  commanding: Commanding,
  request: HttpRequest,
  commands: readonly unknown[],
  { count }: Host,
): Promise<HttpResponse> => {
  const { correlation } = request;
  const none = (refused: Refused) => noneStored(commands.length, refused, correlation);
  // The function has counted the request itself.
  for (let i = 1; i < commands.length; i++) count();
  const id = await identity(commanding.keys, request, 'batch', commands);
  const refused = new Map<number, ProblemError>();
  const taken = await Promise.all(
    commands.map((given, i) =>
      handlingOf(commanding, request, given, id).catch((error: unknown) => {
        // What is no fault of the command is one of the whole request.
        if (!(error instanceof ProblemError) || problemResponse(error.problem, correlation).status >= 500) throw error;
        refused.set(i, error);
        return undefined;
      }),
    ),
  );
  if (refused.size > 0) return none(refused);
  const handlings = taken as unknown as readonly [Handling, ...Handling[]];
  const twice = namedTwice(handlings);
  if (twice)
    return none(
      new Map([[twice.at, invalid('id', `${twice.stream} is named twice: an atomic batch takes one command for each stream`)]]),
    );
  const requestAt = (at: number) => handlings[at]!.request;
  const failed = (at: number, answer: Failed) => {
    const problem = new ProblemError(commandProblem(answer, requestAt(at)));
    if (isOfAll(answer)) throw problem;
    return none(new Map([[at, problem]]));
  };
  if (asksForDryRun(request)) {
    const tried = await dryRunAll(handlings);
    return 'at' in tried
      ? failed(tried.at, tried.answer)
      : answered(tried.answers.map((answer, at) => triedAnswer(commanding, requestAt(at), answer)));
  }
  const done = await handleAllOrNone(handlings);
  if ('at' in done) return failed(done.at, done.answer);
  return answered(await Promise.all(done.answers.map((answer, at) => answerOf(commanding, requestAt(at), answer))));
};
