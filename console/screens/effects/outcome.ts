/** The outcome that an operator's words mean, or what is wrong with them. */
export type Written =
  | Readonly<{ outcome: Readonly<{ done: unknown }> | Readonly<{ refused: string }> }>
  | Readonly<{ fault: string }>;

const refusal = /^[a-z][a-z0-9-]*$/;

/** What a performance is answered with by hand: the answer, as JSON, or the reason of a refusal. */
export const outcomeOf = (how: 'done' | 'refused', text: string): Written => {
  const written = text.trim();
  if (how === 'refused')
    return refusal.test(written)
      ? { outcome: { refused: written } }
      : { fault: 'A reason in small letters, digits and hyphens, such as card-declined.' };
  try {
    return { outcome: { done: JSON.parse(written) } };
  } catch (cause) {
    return { fault: `This is not JSON: ${(cause as Error).message}` };
  }
};
