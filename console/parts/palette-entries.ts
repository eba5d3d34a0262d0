import { href } from '../router.ts';

/** Something that the palette goes to. */
export type Place = Readonly<{ name: string; about: string; to: string }>;

const streamName = /^([a-z][A-Za-z]{0,39})[-/](\S+)$/;

/** What a text may mean: screens whose words it has; for operators the stream of that name, and the trace of that correlation. */
export const found = (places: readonly Place[], text: string, isOperator: boolean): readonly Place[] => {
  const wanted = text.trim();
  const words = wanted.toLowerCase().split(/\s+/);
  const named = places.filter(({ name, about }) => {
    const all = `${name} ${about}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const [, category, id] = streamName.exec(wanted) ?? [];
  return [
    ...(isOperator && category && id ? [{ name: wanted, about: 'the stream', to: href(['streams', category, id]) }] : []),
    ...named,
    ...(isOperator && wanted.length > 2 && !/\s/.test(wanted)
      ? [{ name: wanted, about: 'the trace of this correlation', to: href(['traces', wanted]) }]
      : []),
  ];
};
