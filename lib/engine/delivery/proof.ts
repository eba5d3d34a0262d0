import { canonical } from '../canonical.ts';
import type { Proofs, Queue } from '../ports.ts';

/** The text that a proof covers: the canonical JSON (RFC 8785) of a message without the proof, so that a bus may format it in another way. */
const provedText = ({ proof: _, ...message }: Readonly<{ proof?: unknown }>): string => canonical(message);

/** A message as JSON, with its proof. */
export const withProof = async (proofs: Pick<Proofs, 'make'>, json: string): Promise<string> => {
  const message = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...message, proof: await proofs.make(provedText(message)) });
};

/** The same, or undefined for a message that has no canonical form (a number beyond JSON's, a lone surrogate): none of us sends such a one. */
const provedTextIn = (message: Readonly<{ proof?: unknown }>): string | undefined => {
  try {
    return provedText(message);
  } catch {
    return undefined;
  }
};

/**
 * True if a message has a valid proof that a function of this deployment sent exactly this. Any message gives a yes or a no: an exception
 * would fail the rest of its batch. It throws only if the key cannot be read.
 */
export const isProved = async (proofs: Pick<Proofs, 'holds'>, message: Readonly<{ proof?: unknown }>): Promise<boolean> => {
  const text = provedTextIn(message);
  return text !== undefined && typeof message.proof === 'string' && (await proofs.holds(text, message.proof));
};

/** A message of a consumer's queue with its proof: that of a commit is in its `detail`, as it comes from the bus as well. */
export const toProvedBody = async (proofs: Pick<Proofs, 'make'>, message: object): Promise<string> => {
  if (!('detail' in message)) return withProof(proofs, JSON.stringify(message));
  const { detail, ...more } = message;
  const proved = `"detail":${await withProof(proofs, JSON.stringify(detail))}`;
  return Object.keys(more).length === 0 ? `{${proved}}` : `{${proved},${JSON.stringify(more).slice(1)}`;
};

/** A queue of bodies as one of messages, each of which is sent with its proof. */
export const provingQueue = (
  proofs: Pick<Proofs, 'make'>,
  { send, depth }: Pick<Queue, 'depth'> & Readonly<{ send: (bodies: readonly string[]) => ReturnType<Queue['send']> }>,
): Queue => ({
  depth,
  send: async (messages) => send(await Promise.all(messages.map((message) => toProvedBody(proofs, message)))),
});
