import type { AnyDecider, RefusalsOf } from '../decider.ts';
import type { Message } from '../message.ts';
import { isId, streamName } from '../stream.ts';
import type { Addressed, Also } from './also.ts';

/**
 * Declares that a command of another aggregate takes effect together with this one, or neither does. That command is decided by its own decider on the
 * state of its own stream; its refusal refuses the whole. It must be declared for `together`, and the sender of the whole need not be one who may send
 * it alone. `of` gets the data of this command and the id of its stream, and says where the other one goes: to one stream, several, or none.
 * @example
 * Move: command(['owner'], z.strictObject({ from, to, amount }), {
 *   owns: { account: ({ from }) => from },
 *   together: [
 *     also(account, 'Debit', ({ from, amount }) => ({ id: from, data: { amount } })),
 *     also(account, 'Credit', ({ to, amount }) => ({ id: to, data: { amount } })),
 *   ],
 * })
 */
export const also = <D extends AnyDecider, T extends keyof D['decide'] & string, Data>(
  decider: D,
  type: T,
  of: (
    data: Data,
    id: string,
  ) => Addressed<Parameters<D['decide'][T]>[1]> | readonly Addressed<Parameters<D['decide'][T]>[1]>[] | undefined,
): Also<Data, RefusalsOf<D, T>> => ({ decider: decider as never, type, of });

/** A command that goes along with another one: to which stream of which category. */
export type Along = Readonly<{ category: string; stream: string; command: Message }>;

/** Thrown where a command's data name something that no transaction can take: the sender's data are not valid. */
export class UnfitTogether extends Error {}

/**
 * The commands that take effect together with one, in their order. Throws `UnfitTogether` at an id that can be no stream's, at data that do not fit, and at
 * a stream that is named twice.
 * @example alongWith(move, { type: 'Move', data }, 'm1').map(({ stream }) => stream); // ['account-a1', 'account-b2']
 */
export const alongWith = (
  { category: own, commands }: Pick<AnyDecider, 'category' | 'commands'>,
  { type, data }: Message,
  id: string,
): readonly Along[] => {
  const streams = new Set([streamName(own, id)]);
  return (commands[type]?.together ?? []).flatMap(({ decider: { category, commands: theirs }, type: other, of }) =>
    [of(data as never, id) ?? []].flat().map((to: Addressed): Along => {
      if (!isId(to.id)) throw new UnfitTogether(`${other} goes along to '${to.id}', which is no id of ${category}.`);
      const stream = streamName(category, to.id);
      if (streams.has(stream))
        throw new UnfitTogether(`${stream} is named twice: commands that take effect together go to different streams.`);
      streams.add(stream);
      const fit = theirs[other]?.schema.safeParse(to.data);
      if (!fit) throw new Error(`${own}: ${type} takes ${other} of ${category} along, which has no such command.`);
      if (!fit.success) {
        const [{ path = [], message = '' } = {}] = fit.error.issues;
        throw new UnfitTogether(`${other} for ${stream} does not fit its schema: ${[...path, message].join(': ')}`);
      }
      return { category, stream, command: { type: other, data: fit.data } };
    }),
  );
};

/**
 * The deciders whose commands go along with those of some others, each once.
 * @example appendedAlong([move]).map(({ category }) => category); // ['account']
 */
export const appendedAlong = (deciders: readonly Pick<AnyDecider, 'commands'>[]): readonly AnyDecider[] => {
  const named = deciders.flatMap(({ commands }) =>
    Object.values(commands).flatMap(({ together = [] }) => together.map(({ decider }) => decider as AnyDecider)),
  );
  return [...new Map(named.map((each) => [each.category, each])).values()];
};

/**
 * Deciders with those whose commands go along with theirs, each category once: what sends commands to the first appends to all of them.
 * @example withThoseAlong([move]).map(({ category }) => category); // ['move', 'account']
 */
export const withThoseAlong = (deciders: readonly AnyDecider[]): readonly AnyDecider[] => [
  ...deciders,
  ...appendedAlong(deciders).filter(({ category }) => deciders.every((each) => each.category !== category)),
];

/** What goes along must be declared for it, by an aggregate of the manifest, and takes nothing along itself.
 * @example togetherFaults([move, account]); // []
 */
export const togetherFaults = (aggregates: readonly AnyDecider[]): readonly string[] =>
  aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands).flatMap(([name, { together = [] }]) =>
      together.flatMap(({ decider, type }) => {
        const what = `${category}: ${name} takes ${type} of ${decider.category} along`;
        const target = aggregates.find((each) => each.category === decider.category);
        if (!target) return [`${what}, but the manifest has no aggregate ${decider.category}.`];
        const format = target.commands[type];
        if (!format) return [`${what}, but ${decider.category} has no such command.`];
        return [
          ...(format.may.includes('together') ? [] : [`${what}, which is not declared for it: add 'together' to its \`may\`.`]),
          ...(format.together?.length ? [`${what}, which takes others along itself: name all of them in ${name}.`] : []),
        ];
      }),
    ),
  );
