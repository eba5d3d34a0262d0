import { inspect } from 'node:util';
import { jsonIn } from '../../engine/json.ts';

/** A line of a function's log. */
export type LogLine = Readonly<{
  at: string;
  of: string;
  level: string;
  message: string;
  rest: Readonly<Record<string, unknown>>;
}>;

type Written = Readonly<{ at: number; text: string }>;

/** Lambda's own notes of when an invocation began, ended, and what it took. */
const bookkeeping = /^(START|END|REPORT|INIT_START) /;
/** Fields of a line that are for machines. */
const forMachines = new Set([
  'sampling_rate',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'xray_trace_id',
  'requestId',
]);

const parsed = (text: string) =>
  text.startsWith('{') ? (jsonIn(text) as Readonly<Record<string, unknown>> | undefined) : undefined;

type Thrown = Readonly<{ errorType?: string; errorMessage: string; stackTrace?: readonly string[] }>;
/** An uncaught error, in the form in which Lambda logs it. */
const isThrown = (said: unknown): said is Thrown => typeof said === 'object' && said !== null && 'errorMessage' in said;
const thrown = ({ errorType = 'Error', errorMessage, stackTrace = [] }: Thrown): string =>
  [`${errorType}: ${errorMessage}`, ...stackTrace].join('\n');

/** The lines of one log event. An unstructured line, such as that of a timeout, is a line by itself. */
export const linesIn = ({ at, text }: Written, group: string): readonly LogLine[] => {
  const plain: string[] = [];
  const lines = text.split('\n').flatMap((line): LogLine[] => {
    const json = parsed(line);
    if (!json && line.trim() !== '' && !bookkeeping.test(line)) plain.push(line);
    // A record without a message is not a function's: it is Lambda's platform's, or the API's.
    if (json?.message === undefined) return [];
    const { timestamp, service, level, message: said, ...others } = json;
    const message = isThrown(said) ? thrown(said) : String(said);
    const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !forMachines.has(name)));
    return [
      {
        at: String(timestamp ?? new Date(at).toISOString()),
        of: String(service ?? group),
        level: String(level ?? ''),
        message,
        rest,
      },
    ];
  });
  if (plain.length === 0) return lines;
  return [...lines, { at: new Date(at).toISOString(), of: group, level: '', message: plain.join('\n'), rest: {} }];
};

/** True if a request with this correlation id caused the line. */
export const isAbout = ({ rest, level, message }: LogLine, correlation: string): boolean =>
  rest.correlation === correlation ||
  (Array.isArray(rest.correlations) && rest.correlations.includes(correlation)) ||
  // An unstructured line has no field for the correlation id.
  (level === '' && message.includes(correlation));

const isFault = (value: unknown): value is Readonly<{ stack: string; cause?: unknown }> =>
  typeof value === 'object' && value !== null && typeof (value as { stack?: unknown }).stack === 'string';

const stackOf = ({ stack, cause }: Readonly<{ stack: string; cause?: unknown }>): readonly string[] => [
  ...stack.split('\n'),
  ...(isFault(cause) ? ['caused by:', ...stackOf(cause)] : cause === undefined ? [] : [`caused by: ${shown(cause)}`]),
];

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value) && value.every((each) => typeof each === 'string')
      ? value.join(',')
      : inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, compact: true });

/** A line for a person: time, function, level, message, other fields, and below it an error with its stack. */
export const shownLine = ({ at, of, level, message, rest }: LogLine, width = 0): readonly string[] => {
  const faults = Object.values(rest).filter(isFault);
  const others = Object.entries(rest).filter(([, value]) => !isFault(value));
  const fields = others.map(([name, value]) => `${name}=${shown(value)}`).join(' ');
  const [first = '', ...more] = message.split('\n');
  return [
    [at, of.padEnd(width), level.padEnd(5), first, fields]
      .filter((part) => part !== '')
      .join('  ')
      .trimEnd(),
    ...more.map((line) => `    ${line}`),
    ...faults.flatMap((fault) => stackOf(fault).map((line) => `    ${line}`)),
  ];
};
