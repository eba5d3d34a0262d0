import { href } from '../router.ts';

const split = (stream: string): readonly [string, string] => {
  const hyphen = stream.indexOf('-');
  return [stream.slice(0, hyphen), stream.slice(hyphen + 1)];
};

/** The address of a stream, at one of its commits if it is said. A refusal leaves no version of its own: its commit tells it apart. */
export const streamHref = (stream: string, at: Readonly<{ version?: number; commit?: number }> = {}): string =>
  href(['streams', ...split(stream)], { at: at.version, commit: at.commit });

/** The address of an instance of a process, by the name of its stream. */
export const instanceHref = (stream: string): string => href(['processes', ...split(stream)]);

/** The address of a consumer's dead letters. */
export const lettersHref = (kind: string, name: string): string => href(['letters', kind, name]);

export const performanceHref = (stream: string): string => href(['effects', stream]);

export const isPerformance = (stream: string): boolean => split(stream)[0].endsWith('Effect');
