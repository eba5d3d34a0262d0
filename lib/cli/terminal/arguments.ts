import { InvalidArgumentError } from 'commander';
import { longestReason } from '../../http/body.ts';

/** Parses a whole number between two limits. */
export const whole =
  (least = 1, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    const limit =
      most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least} on` : `a whole number from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be ${limit}.`);
  };

/** Parses a number that is not below a limit. */
export const atLeast =
  (least: number) =>
  (text: string): number => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(number) && number >= least) return number;
    throw new InvalidArgumentError(`It must be a number from ${least} on.`);
  };

/** Parses the share of the streams to compare: `all`, or one of so many. */
export const compared = (text: string): number => (text === 'all' ? 1 : whole()(text));

const lengths = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time, in milliseconds. */
export const lasting = (text: string): number => {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (!number) throw new InvalidArgumentError('It must be a time such as 30s, 15m, 2h or 7d.');
  return Number(number) * lengths[unit as keyof typeof lengths];
};

/** A reason that a history can keep: the deployment would refuse another, after all that leads there was done. */
export const reason = (text: string): string => {
  const said = text.trim();
  if (said === '') throw new InvalidArgumentError('It must say why.');
  if (said.length > longestReason)
    throw new InvalidArgumentError(
      `It has ${said.length} characters, and may have ${longestReason}: say it shorter, and where the rest can be read.`,
    );
  return said;
};

/** The reason of somebody who puts dead letters back. */
export const whyRedriven = ['--why <text>', "the reason, for the history of the consumer's dead letters", reason] as const;

/** Collects settings of the form `key=value`. */
export const setting = (text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (!key || value === undefined)
    throw new InvalidArgumentError('It must be <key>=<value>, such as cors=http://localhost:5173.');
  return { ...before, [key]: value };
};
