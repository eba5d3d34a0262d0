import { foundAs, hashCharacters } from '../../core/personal/sealed.ts';
import { toBase64Url } from './bytes.ts';
import type { Box, LookUpKey } from './ports.ts';

/** What values of all subjects are found with, without a right to open any. */
export type Finding = Readonly<{ keys: LookUpKey; box: Pick<Box, 'hash'> }>;

/** The hash of a value's JSON, as a sealed value has it. */
export const hashOf = async (box: Pick<Box, 'hash'>, secret: Uint8Array, json: string): Promise<string> =>
  toBase64Url(await box.hash(secret, json)).slice(0, hashCharacters);

/** A plain value as `findable` gives the sealed ones that are equal to it. Without a secret there is none, and no hash is empty. */
export const foundBy = async ({ keys, box }: Finding, value: unknown): Promise<string> => {
  const secret = await keys.findSecret();
  return foundAs(secret ? await hashOf(box, secret, JSON.stringify(value)) : '');
};
