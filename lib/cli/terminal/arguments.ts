import { InvalidArgumentError } from 'commander';

export const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1024 || number > 65_535)
    throw new InvalidArgumentError('A port is a number from 1024 to 65535.');
  return number;
};

export const revision = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A revision is 1, 2, 3, ...');
  return number;
};

export const whole = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It is 1, 2, 3, ...');
  return number;
};

export const oneOf = (text: string): number => (text === 'all' ? 1 : whole(text));

export const segments = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 256) throw new InvalidArgumentError('Segments are 1 to 256.');
  return number;
};

const lengths = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time, in milliseconds. */
export const lasting = (text: string): number => {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (!number) throw new InvalidArgumentError('A time is such as 30s, 15m, 2h or 7d.');
  return Number(number) * lengths[unit as keyof typeof lengths];
};
