import type { Log, Queue } from '../../ports.ts';
import { notFound } from '../../problems.ts';
import { type Act, keepAct, type Recording } from '../acts/acts.ts';
import type { boxKinds } from './kinds.ts';
import type { Letter, Letters } from './ports.ts';
import { type ToldLetter, toldOf } from './told.ts';

/** A consumer with its dead letters: a revision of a view is named like `account-balance.r1`; those of a group share one. */
export type Box = Readonly<{ kind: (typeof boxKinds)[number]; name: string; views?: readonly string[] }>;

export type OperatedBox = Box & Readonly<{ queue: Pick<Queue, 'depth'>; letters: Letters }>;

export type LetterOperating = Recording & Readonly<{ boxes: readonly OperatedBox[]; log: Pick<Log, 'info'> }>;

type Counted = Box & Readonly<{ deadLetters: number }>;
export type LettersReport = Readonly<{ consumers: readonly Counted[] }>;

/** What a letter is, when it was sent, and why it is here. */
export type SeenLetter = Pick<Letter, 'id' | 'sentAt' | 'undelivered'> & ToldLetter;

/** A consumer's letters, as many as were asked for, and what operators did about them before. */
export type LettersOfOne = Counted & Readonly<{ letters: readonly SeenLetter[]; acts: readonly Act[] }>;

/** `isEmpty`: none is left that could be taken; `left` also counts those that somebody is looking at. */
export type Redriven = Box & Readonly<{ moved: number; isEmpty: boolean; left: number; correlation: string }>;

/** The milliseconds for which one request puts letters back: the function has fifteen seconds. */
const longestRedrive = 8_000;

const boxOf = ({ kind, name, views }: Box): Box => ({ kind, name, ...(views && { views }) });
const countIn = async ({ queue }: OperatedBox) => (await queue.depth()).deadLetters;

/** What one can ask for under a kind; a view that shares a queue is one, too. */
export const namesOf = (boxes: readonly Box[], kind: Box['kind']): readonly string[] =>
  boxes.flatMap((box) => (box.kind === kind ? [box.name] : kind === 'view' ? (box.views ?? []) : []));

/** The consumer of a kind and a name; of a view that shares a queue, its group. */
const found = ({ boxes }: Pick<LetterOperating, 'boxes'>, { kind, name }: Pick<Box, 'kind' | 'name'>): OperatedBox => {
  const box =
    boxes.find((each) => each.kind === kind && each.name === name) ??
    boxes.find(({ views = [] }) => kind === 'view' && views.includes(name));
  if (box) return box;
  const names = namesOf(boxes, kind);
  throw notFound(`${kind} '${name}'${names.length > 0 ? `; it is one of ${names.join(', ')}` : ''}`);
};

/** How many dead letters each consumer has. */
export const reportLetters = async ({ boxes }: Pick<LetterOperating, 'boxes'>): Promise<LettersReport> => ({
  consumers: await Promise.all(boxes.map(async (box) => ({ ...boxOf(box), deadLetters: await countIn(box) }))),
});

/** What is among a consumer's dead letters. They stay where they are. */
export const lookAtLetters = async (
  operating: Pick<LetterOperating, 'boxes' | 'acts'>,
  which: Pick<Box, 'kind' | 'name'>,
  most: number,
): Promise<LettersOfOne> => {
  const box = found(operating, which);
  const [deadLetters, letters, kept] = await Promise.all([
    countIn(box),
    box.letters.look(most),
    operating.acts.load(`${box.kind}/${box.name}`),
  ]);
  const seen = letters.map(({ body, ...letter }): SeenLetter => ({ ...letter, ...toldOf(body) }));
  return { ...boxOf(box), deadLetters, letters: seen, acts: (kept?.acts ?? []).filter(({ act }) => act === 'redrive') };
};

type Asked = Pick<Box, 'kind' | 'name'> & Readonly<{ by: string; why?: string; correlation: string }>;

/** Puts a consumer's dead letters back into its queue, for some seconds: who is told that it is not empty asks again. */
export const redriveLetters = async (
  operating: LetterOperating,
  { by, why, correlation, ...which }: Asked,
): Promise<Redriven> => {
  const { clock, log } = operating;
  const box = found(operating, which);
  const begun = clock.now();
  const reason = why === undefined ? {} : { why };
  await keepAct(operating, `${box.kind}/${box.name}`, { act: 'redrive', by, ...reason, correlation });
  const { moved, isEmpty } = await box.letters.putBack(() => clock.now() - begun >= longestRedrive);
  const redriven = { ...boxOf(box), moved, isEmpty, left: await countIn(box), correlation };
  log.info('An operator put dead letters back.', { ...redriven, by, ...reason });
  return redriven;
};
