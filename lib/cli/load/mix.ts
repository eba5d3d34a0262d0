import { hash } from 'node:crypto';
import * as z from 'zod';
import { isPublic } from '../../core/access.ts';
import type { LoadCall, LoadCommand, LoadMix, LoadSetup } from '../../core/declare/load.ts';
import { fittingValue, type Schema } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import { kebab } from '../../core/stream.ts';
import { UserError } from '../terminal/user-error.ts';

/** A command as it is sent. */
export type LoadRequest = Readonly<{
  /** Its name in the figures, such as `account deposit`. */
  command: string;
  path: string;
  body: object;
  id: string;
  as: string;
  view?: string;
}>;

/** The user who sends what says no other. */
export const usualCaller = 'customer';

/** The choices for a request: they follow from the seed and the request's number alone, so that a run can be had again. */
export const callOf = (seed: number, run: string, n: number, me: string): LoadCall => {
  let drawn = 0;
  const next = () => Number.parseInt(hash('sha256', `${seed}/${n}/${drawn++}`).slice(0, 12), 16) / 2 ** 48;
  const below = (limit: number) => Math.floor(next() * limit);
  return { run, n, me, below, pick: (from) => from[below(from.length)]!, chance: (probability) => next() < probability };
};

const faulty = (said: string): UserError =>
  new UserError(
    said,
    'Correct the mix: its `category` and `command` are named as the aggregate declares them, such as account and Deposit.',
  );

const formatOf = (manifest: Manifest, { category, command }: Pick<LoadCommand, 'category' | 'command'>) => {
  const aggregate = manifest.aggregates.find((each) => each.category === category);
  if (!aggregate) throw faulty(`The mix names the category '${category}', which the manifest does not have.`);
  const format = Object.hasOwn(aggregate.commands, command) ? aggregate.commands[command] : undefined;
  if (!format) throw faulty(`The mix names the command ${command} of ${category}, which ${category} does not have.`);
  if (!isPublic(format.may))
    throw faulty(`The mix names the command ${command} of ${category}, which nobody may send over HTTP.`);
  return format;
};

/** Throws where a command's schema does not accept a body of the mix. */
const accepted = (schema: z.ZodType, of: string, body: unknown): object => {
  const { error } = schema.safeParse(body);
  if (error) throw faulty(`The mix makes a body for ${of} that its schema refuses: ${z.prettifyError(error)}`);
  return body as object;
};

const pathOf = (category: string, id: string, command: string) => `/${category}/${encodeURIComponent(id)}/${kebab(command)}`;

const bodyMaker = (manifest: Manifest, { body, ...named }: LoadCommand): ((call: LoadCall) => object) => {
  const { schema } = formatOf(manifest, named);
  const name = `${named.command} of ${named.category}`;
  if (body) return (call) => accepted(schema, name, body(call));
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return (call) => {
    const made = fittingValue(schema, json, () => call);
    if (!made) throw faulty(`No body can be made up for ${name}: give it a \`body\`.`);
    return made.value as object;
  };
};

/** Chooses by weight: a number from 0 on, below 1, decides. */
export const weighted = <T>(choices: readonly Readonly<{ weight: number; choice: T }>[], drawn: number): T => {
  const all = choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = drawn * all;
  for (const { weight, choice } of choices) {
    if (left < weight) return choice;
    left -= weight;
  }
  return choices.findLast(({ weight }) => weight > 0)!.choice;
};

/** The requests of a mix: what is sent first, and the request of each number. Throws where the mix does not fit the manifest. */
export const requestsOf = (
  { manifest, mix, seed = mix.seed ?? 1, run }: Readonly<{ manifest: Manifest; mix: LoadMix; seed?: number; run: string }>,
  meOf: (as: string) => string,
) => {
  const choices = mix.commands.map((command) => {
    const { weight = 1, view, as = usualCaller } = command;
    if (!(weight >= 0)) throw faulty(`The weight of ${command.command} of ${command.category} is no number from 0 on.`);
    if (view !== undefined && !manifest.projections.some(({ name }) => name === view))
      throw faulty(`The mix names the view '${view}', which the manifest does not have.`);
    return { weight, choice: { ...command, as, made: bodyMaker(manifest, command) } };
  });
  if (!choices.some(({ weight }) => weight > 0)) throw faulty('The mix has no command with a weight above 0.');
  const setup = (): readonly LoadRequest[] =>
    (mix.setup?.(callOf(seed, run, -1, meOf(usualCaller))) ?? []).map(
      ({ category, command, id, body, as = usualCaller }: LoadSetup) => ({
        command: `${category} ${kebab(command)}`,
        path: pathOf(category, id, command),
        body: accepted(formatOf(manifest, { category, command }).schema, `${command} of ${category}`, body),
        ...{ id, as },
      }),
    );
  const next = (n: number): LoadRequest => {
    const draw = callOf(seed, run, n, '');
    const { category, command, as, view, id, made } = weighted(choices, draw.below(2 ** 40) / 2 ** 40);
    const call = { ...draw, me: meOf(as) };
    const to = id(call);
    const name = `${category} ${kebab(command)}`;
    return {
      command: name,
      path: pathOf(category, to, command),
      body: made(call),
      id: to,
      as,
      ...(view !== undefined && { view }),
    };
  };
  const callers = new Set([usualCaller, ...choices.map(({ choice: { as } }) => as)]);
  return { setup, next, callers: [...callers] };
};
