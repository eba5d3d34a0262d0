import { type Answered, type Ask, bodyOf, type Person } from './ask.ts';

/** Internal details that no caller may see. */
const inner =
  /node_modules|\.ts:\d|\bat \w+ \(|arn:aws|dynamodb|ValidationException|(?:Type|Range|Syntax|Reference)Error|AccessDenied/i;

/** By whom each person is known in what is stored. */
export type Subjects = Readonly<Record<Exclude<Person, undefined>, string>>;

const mentions = ({ path, query, headers, body = '' }: Ask, text: string) =>
  JSON.stringify([path, query, headers]).includes(text) || body.includes(text);

/** The gateway's own answers: one field, in a shape of its own. */
const isGateways = (answered: Answered) =>
  [401, 404, 413, 429].includes(answered.status) && Object.keys(bodyOf(answered)).join() === 'message';

const problemFaults = (answered: Answered): readonly string[] => {
  const { status, headers, text } = answered;
  if (isGateways(answered)) return [];
  const body = bodyOf(answered);
  const isProblem =
    headers['content-type'] === 'application/problem+json' &&
    String(body.type).startsWith('urn:foldstream:problem:') &&
    body.status === status &&
    ['title', 'detail', 'correlation'].every((name) => typeof body[name] === 'string');
  return isProblem ? [] : [`is no problem document: ${text.slice(0, 300)}`];
};

/** Waiting longer than a view takes is the caller's own wish, and is answered as what it is. */
const mayBeLate = (answered: Answered) =>
  answered.status === 503 && bodyOf(answered).type === 'urn:foldstream:problem:not-consistent-yet';

/** The faults of one answer. */
export const faultsIn = (ask: Ask, answered: Answered, subjects: Subjects, late: boolean): readonly string[] => {
  const { status, text } = answered;
  const others = (['ada', 'bob'] as const).filter((name) => name !== ask.who).map((name) => subjects[name]);
  // A stream's owner sees who else did something to it; of a row or a state nobody is shown another's.
  const isTheirs = (other: string) => text.includes(ask.route.startsWith('GET /views') ? other : `"owner":"${other}"`);
  const foreign =
    ask.who === 'operator' || status >= 300 ? [] : others.filter((other) => isTheirs(other) && !mentions(ask, other));
  return [
    ...(status >= 500 && !(late && mayBeLate(answered)) ? [`answers ${status}: ${text.slice(0, 300)}`] : []),
    ...(status >= 400 ? problemFaults(answered) : []),
    ...(status >= 400 && inner.test(text) && !mentions(ask, text.match(inner)![0])
      ? [`tells of the inside: ${text.slice(0, 300)}`]
      : []),
    ...foreign.map((other) => `shows what is ${other}'s: ${text.slice(0, 300)}`),
  ];
};

/** Finds a command that took effect twice, and a repeat that got another answer than the first one. */
export const repeats = () => {
  const first = new Map<string, string>();
  const made = new Map<string, string>();
  return ({ who, route, path, headers, body }: Ask, answered: Answered): readonly string[] => {
    const key = headers['idempotency-key'];
    const answer = bodyOf(answered);
    const isCommitted =
      route.startsWith('POST /') && answered.status < 300 && Array.isArray(answer.events) && answer.events.length > 0;
    if (!isCommitted) return [];
    const place = `${answer.stream} ${answer.commit}`;
    const request = key === undefined ? undefined : JSON.stringify([who, route, path, key]);
    const before = request && first.get(request);
    if (request) first.set(request, before ?? answered.text);
    const by = made.get(place);
    made.set(place, by ?? request ?? 'once');
    return [
      ...(before !== undefined && before !== answered.text ? [`took effect twice: ${before} and ${answered.text}`] : []),
      ...(by !== undefined && by !== request ? [`answers the commit ${place}, which another request made`] : []),
      ...(body === undefined ? ['commits without a body'] : []),
    ];
  };
};
