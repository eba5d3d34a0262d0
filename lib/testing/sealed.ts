import { hash } from 'node:crypto';
import type { StoredEvent } from '../core/commit.ts';
import { replaceUnsealed, Unsealed } from '../core/personal/personal.ts';
import { hashCharacters, isSealed, partsOf, sealedOf } from '../core/personal/sealed.ts';
import { subjectIn } from '../core/personal/subject.ts';

/** The encapsulation of values that given/when/then sealed: it opens only these. */
const encapsulation = 'given-when-then';

const base64Url = (text: string) => Buffer.from(text, 'utf8').toString('base64url');

/**
 * An event with its personal values sealed as given/when/then seals them: without a key, so that an expectation can be compared with plain values. Equal
 * values of a subject have equal hashes, as in a deployment.
 */
export const sealedForTest = ({ type, v, data }: StoredEvent, owner: string): StoredEvent => ({
  type,
  v,
  data: replaceUnsealed(data, (path, unsealed) => {
    const subject = subjectIn(unsealed.options, data, () => owner, `${type} at ${path}`);
    const text = JSON.stringify(Unsealed.valueIn(unsealed));
    const { find } = unsealed.options;
    return sealedOf({
      subject,
      version: 1,
      encapsulation,
      hashedFor: find ? 'deployment' : 'subject',
      hash: hash('sha256', find ? text : `${subject} ${text}`, 'base64url').slice(0, hashCharacters),
      ciphertext: base64Url(text),
      at: [`${type}/1`, type, path],
    });
  }),
});

/** The same data with plain values in place of those that given/when/then sealed. */
export const openedForTest = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (isSealed(value) && partsOf(value).encapsulation === encapsulation)
    return JSON.parse(Buffer.from(partsOf(value).ciphertext, 'base64url').toString('utf8'));
  if (Array.isArray(value)) return value.map(openedForTest);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, element]) => [name, openedForTest(element)]));
};
