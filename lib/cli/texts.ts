import type { ProjectionsReport } from '../engine/operate/projections.ts';
import type { Log } from '../engine/ports.ts';
import type { Wait } from '../engine/process/told.ts';
import type { Print } from './terminal/lines.ts';

/** A consumer's backlog. */
export const lagText = ({
  waiting,
  inFlight,
  deadLetters,
  oldestSeconds,
}: ProjectionsReport['projections'][number]['lag']): string => {
  const age = oldestSeconds === undefined ? 'age not measured' : `oldest ${Math.round(oldestSeconds)} s`;
  return `${waiting} waiting, ${inFlight} in work, ${age}, ${deadLetters} dead letters`;
};

/** Describes what an instance waits for, as the end of a sentence that begins with its name. */
export const waitText = (wait: Wait): string => {
  switch (wait.for) {
    case 'outcome':
      return `for the outcome of ${wait.command} to ${wait.to}, sent at ${wait.since}`;
    case 'effect':
      return `for the effect ${wait.effect}, asked for at ${wait.since} (${wait.to})`;
    case 'deadline':
      return `for the deadline '${wait.name}' at ${wait.until}, if nothing comes before it`;
    case 'person':
      return `for a person: it is ${wait.status} (${wait.why})`;
  }
};

/** A log for a person: warnings and errors are printed. */
export const printedLog = (print: Print): Log => {
  const said = (message: string) => print(message);
  return { info: () => {}, warn: said, error: said };
};
