import { type Box, lookAtLetters, reportLetters, type SeenLetter } from '../../engine/operate/letters/letters.ts';
import { boxNamed, lettersIn, redriveOn } from '../letters.ts';
import { connect, type Target } from '../stack.ts';
import { count, type Print } from '../terminal/lines.ts';

type One = Target & Pick<Box, 'kind' | 'name'>;

const shown = ({ kind, name, views }: Box): string => `${kind} ${name}${views ? ` (${views.join(', ')})` : ''}`;

/** The letters of a look: it receives each, and makes it visible again. */
const mostShown = 100;

const aboutLetter = (letter: SeenLetter): string => {
  switch (letter.what) {
    case 'commit':
      return `${letter.stream} commit ${letter.commit} (${letter.types.join(', ')})`;
    case 'message':
      return `its own message '${letter.message}'${letter.stream === undefined ? '' : ` about ${letter.stream}`}`;
    case 'unknown':
      return 'a message of unknown form';
  }
};

/** A letter as a line for a person. */
export const letterLine = (letter: SeenLetter): string => {
  const { sentAt, undelivered } = letter;
  const correlation = 'correlation' in letter ? letter.correlation : undefined;
  return [
    `  ${sentAt === undefined ? '' : `sent ${sentAt}: `}${aboutLetter(letter)}`,
    ...(letter.for === undefined ? [] : [`for ${letter.for}`]),
    undelivered === undefined ? 'its consumer gave up on it' : `it could not be delivered: ${undelivered}`,
    ...(correlation === undefined ? [] : [`foldstream logs ${correlation}`]),
  ].join('; ');
};

/** `foldstream dead-letters`: which consumers have dead letters. */
export const listDeadLetters = async ({ manifest, stack }: Target, print: Print): Promise<void> => {
  const { consumers } = await reportLetters(lettersIn(manifest, await connect(stack), print));
  const having = consumers.filter(({ deadLetters }) => deadLetters > 0);
  for (const consumer of having) print(`${shown(consumer)}: ${count(consumer.deadLetters, 'dead letter')}`);
  if (having.length === 0) print('No consumer has dead letters.');
};

/** `foldstream dead-letters show <kind> <name>`: what they are, and who put some back before. They stay where they are. */
export const showDeadLetters = async ({ manifest, stack, ...named }: One, print: Print): Promise<void> => {
  const connection = await connect(stack);
  const operating = lettersIn(manifest, connection, print);
  const box = await boxNamed(operating, connection, named);
  const { deadLetters, letters, acts } = await lookAtLetters(operating, box, mostShown);
  print(`${shown(box)}: ${count(deadLetters, 'dead letter')}`);
  for (const letter of letters) print(letterLine(letter));
  for (const { at, by, why } of acts) print(`  ${at} ${by} put letters back${why === undefined ? '' : `: ${why}`}`);
};

/** `foldstream dead-letters redrive <kind> <name>`. */
export const redriveDeadLetters = ({ kind, name, ...asked }: One & Readonly<{ why?: string }>, print: Print): Promise<void> =>
  redriveOn(asked, { kind, name }, print);
