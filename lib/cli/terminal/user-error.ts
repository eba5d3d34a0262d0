import { ProblemError } from '../../core/problem.ts';
import { WrongSetting } from '../../core/settings/field.ts';

/** A failure that the user can do something about: the command line prints it without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** Errors of the AWS SDK that are no fault of the program: by name, message or code, each with the next step. */
const outside: readonly (readonly [RegExp, string])[] = [
  [
    /Credentials|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature/,
    'Sign in to the AWS account of the deployment (AWS_PROFILE, or aws sso login), then try again.',
  ],
  [/Region is missing/, 'Name the region of the deployment: AWS_REGION.'],
  [/AccessDenied|not authorized/, 'Use an AWS user or role that has this right.'],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/, 'Check the network, or run npm start again for the local deployment.'],
];

/** The text that the command line prints for an error. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return error.hint ? `${error.message}\n${error.hint}` : error.message;
  if (error instanceof ProblemError || error instanceof WrongSetting) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { name, message, code = '' } = error as NodeJS.ErrnoException;
  const hint = outside.find(([known]) => known.test(`${name} ${code} ${message}`))?.[1];
  return hint ? `${name}: ${message || code}\n${hint}` : (error.stack ?? message);
}
