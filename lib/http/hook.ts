import type { Actor } from '../core/access.ts';
import { type AnyHook, type HookHeaders, hookPath } from '../core/hook/hook.ts';
import type { Manifest } from '../core/manifest.ts';
import { ProblemError } from '../core/problem.ts';
import type { Send } from '../core/process/process.ts';
import { readCommand, storeCommand } from '../core/process/stored-command.ts';
import { parseStream } from '../core/stream.ts';
import { handleCommand } from '../engine/command/handle.ts';
import { commandProblem } from '../engine/command/problem.ts';
import type { Commanding } from '../engine/command/request.ts';
import { jsonBody, shaped } from './body.ts';
import { onlyForReal } from './dry-run.ts';
import { type HttpRequest, type HttpResponse, trailIn } from './request.ts';
import { type FitsHmac, signatureFault } from './signature.ts';

/** A team's secrets, by their declared names. */
export interface Secrets {
  read(name: string): Promise<string>;
  /** The secret as it is now, past what is cached; undefined if it was just read. */
  readAgain(name: string): Promise<string | undefined>;
}

/** Everything that a hook's requests are answered with. */
export type Hooking = Readonly<{
  name: string;
  hook: AnyHook;
  commanding: Commanding;
  secrets: Secrets;
  fits: FitsHmac;
}>;

const faults = {
  missing: 'The request has no signature of the form that this hook takes: send the headers as the provider signs them.',
  wrong:
    'The signature does not fit the request: the secret here and that of the provider differ, or the body was changed on its way.',
  'too-old': 'The request was signed too long ago, or the clocks differ: sign it again at each try.',
} as const;

/** Refuses a request whose signature does not fit. A secret that was just replaced is read again before that. */
const proven = async ({ hook: { verify }, commanding, secrets, fits }: Hooking, headers: HookHeaders, body: string) => {
  const faultUnder = (secret: string) => signatureFault(verify, secret, { headers, body }, fits, commanding.clock.now());
  let fault = faultUnder(await secrets.read(verify.secret));
  if (fault === 'wrong') {
    const renewed = await secrets.readAgain(verify.secret);
    if (renewed !== undefined) fault = faultUnder(renewed);
  }
  if (fault !== undefined) throw new ProblemError({ kind: 'bad-signature', detail: faults[fault] });
};

const day = 24 * 60 * 60 * 1_000;
const idForm = /^[\x21-\x7e]{1,128}$/;

/** The hook with this route's path. */
export const hookAt = (
  { hooks = {} }: Pick<Manifest, 'hooks'>,
  path: string,
): Readonly<{ name: string; hook: AnyHook }> | undefined => {
  const [name, hook] = Object.entries(hooks).find(([each]) => hookPath(each) === path) ?? [];
  return name !== undefined && hook ? { name, hook } : undefined;
};

/** The command that an event becomes, in the form that its decider takes. A wrong one is a fault of the hook's declaration. */
const commandOf = (name: string, { sends }: AnyHook, { to, command }: Send) => {
  if (parseStream(to)?.category !== sends.category)
    throw new Error(`The hook ${name} made a command to '${to}', which is no stream of ${sends.category}.`);
  return { stream: to, command: readCommand(sends, storeCommand(sends, command)) };
};

/**
 * Answers `POST /hooks/{name}`: verifies the signature over the body as it came, and handles the command that the event becomes, once for each event.
 * The answer holds nothing of the stream, which is none of the provider's business.
 */
export const answerHook = async (hooking: Hooking, request: HttpRequest): Promise<HttpResponse> => {
  const { name, hook, commanding } = hooking;
  const headers = request.headers as HookHeaders;
  onlyForReal(request);
  await proven(hooking, headers, request.body);
  const body = shaped(hook.body, jsonBody(request.body)) as never;
  const sent = hook.to(body, headers);
  if (sent === undefined) return { status: 200, body: { outcome: 'ignored' } };
  const event = hook.id(body, headers);
  const actor: Actor = { id: name, kind: 'hook', roles: [] };
  const { requestId } = request;
  const asked = {
    ...commandOf(name, hook, sent),
    actor,
    id: `hook/${name}/${idForm.test(event) ? event : commanding.keys.hash(event)}`,
    notBefore: new Date(commanding.clock.now() - hook.repeatedForDays * day).toISOString(),
    meta: { ...trailIn(request), causation: requestId },
  };
  const answer = await handleCommand(commanding, asked);
  if (answer.outcome === 'committed' || answer.outcome === 'unchanged') return { status: 200, body: { outcome: 'taken' } };
  if (answer.outcome === 'forbidden')
    throw new Error(`The hook ${name} may not send ${asked.command.type}: add 'hook' to its \`may\`.`);
  const problem = commandProblem(answer, asked);
  // The reason alone: the details of a refusal are for whom the stream belongs to.
  throw new ProblemError(
    'refused' in problem ? { refused: problem.refused, detail: 'The command was refused. Send the event again later.' } : problem,
  );
};
