import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { cloudFormation } from '../../engine/limits.ts';
import type { Clock } from '../../engine/ports.ts';
import { oncePassed } from './once-passed.ts';

type Data = Readonly<Record<string, string>>;
type Answer = Readonly<{ resource: string; refused?: string; data?: Data }>;
type Told = Readonly<{ Status: 'SUCCESS' | 'FAILED'; Reason?: string; Data?: Data; PhysicalResourceId: string }> &
  Pick<CloudFormationCustomResourceEvent, 'StackId' | 'RequestId' | 'LogicalResourceId'>;

/** The tries for sending an answer, the timeout of each, and the wait between them (ms). */
const [answerTries, answerWithin, answerAgainAfter] = [3, 5_000, 2_000];

/** After a larger answer CloudFormation would wait until the resource's service timeout. */
const { answerBytes } = cloudFormation;

const encode = (answer: object) => new TextEncoder().encode(JSON.stringify(answer));

/** Without the quotes: what the text adds to the JSON that it is in. */
const encodedIn = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

const cutMark = ' [cut here: the log of the function has the whole reason] ';

/** Shortens a reason to a number of bytes in JSON: its beginning tells the fault, and its end the next step. */
const cutReason = (reason: string, room: number): string => {
  if (encodedIn(reason) <= room) return reason;
  const characters = [...reason];
  const keeping = (count: number) => {
    const atEnd = Math.floor(count / 3);
    return `${characters.slice(0, count - atEnd).join('')}${cutMark}${characters.slice(characters.length - atEnd).join('')}`;
  };
  // As many characters as fit, found by halves.
  let [fit, tooMany] = [0, characters.length];
  while (tooMany - fit > 1) {
    const middle = Math.floor((fit + tooMany) / 2);
    if (encodedIn(keeping(middle)) <= room) fit = middle;
    else tooMany = middle;
  }
  return keeping(fit);
};

/** The body of an answer, never larger than CloudFormation accepts. */
const bodyOf = ({ Reason, Data, ...rest }: Told): Uint8Array<ArrayBuffer> => {
  const body = encode({ ...rest, ...(Reason !== undefined && { Reason }), ...(Data && { Data }) });
  if (body.byteLength <= answerBytes) return body;
  const because =
    Reason ??
    `The answer to CloudFormation has ${body.byteLength} bytes, and may have ${answerBytes}: give the resource less data (${Object.keys(Data ?? {}).join(', ')}).`;
  const failed = { ...rest, Status: 'FAILED', Reason: '' };
  return encode({ ...failed, Reason: cutReason(because, answerBytes - encode(failed).byteLength) });
};

/** Bytes, so that no content type is sent: the address is signed for none. */
const put = async (address: string, body: Uint8Array<ArrayBuffer>): Promise<void> => {
  const response = await fetch(address, { method: 'PUT', body, signal: AbortSignal.timeout(answerWithin) });
  if (!response.ok) throw new Error(`it answered ${response.status}.`);
};

/**
 * Answers a request of CloudFormation, which waits for success or a reason. It asks once: a lost answer leaves the stack waiting until the resource's
 * service timeout.
 */
export const answerCloudFormation = async (
  clock: Pick<Clock, 'wait'>,
  { StackId, RequestId, LogicalResourceId, ResponseURL }: CloudFormationCustomResourceEvent,
  { resource, refused, data }: Answer,
): Promise<void> => {
  const body = bodyOf({
    Status: refused === undefined ? 'SUCCESS' : 'FAILED',
    ...(refused !== undefined && { Reason: refused }),
    ...(data && { Data: data }),
    PhysicalResourceId: resource,
    StackId,
    RequestId,
    LogicalResourceId,
  });
  for (let tries = 1; ; tries++)
    try {
      return await put(ResponseURL, body);
    } catch (error) {
      if (tries === answerTries)
        throw new Error(`CloudFormation did not accept the answer: ${(error as Error).message}`, { cause: error });
      await clock.wait(answerAgainAfter);
    }
};

/** New IAM policies take some seconds to reach all services, and this runs right after some were granted. */
export const rightsComeWithin = 30_000;
const askAgainAfter = 3_000;

const isDenied = ({ name }: Error) => /^AccessDenied(Exception)?$/.test(name);

/** Repeats an idempotent action while it is denied, up to a time limit. */
export const onceAllowed = <T>(clock: Clock, attempt: () => Promise<T>): Promise<T> =>
  oncePassed(clock, { passes: isDenied, within: rightsComeWithin, pause: askAgainAfter }, attempt);
