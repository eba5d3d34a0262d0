import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedEvents } from '../../lib/core/commit.ts';
import { Unsealed } from '../../lib/core/personal/personal.ts';
import { partsOf, type Sealed, type SealedParts, sealedOf } from '../../lib/core/personal/sealed.ts';
import { CannotOpen, opened } from '../../lib/engine/personal/open.ts';
import type { Box, Opening, PrivateHalf, PublicHalf, SealingKeys } from '../../lib/engine/personal/ports.ts';
import { DoesNotOpen } from '../../lib/engine/personal/ports.ts';
import { sealCommit } from '../../lib/engine/personal/seal.ts';

type Pair = Readonly<{ half: PublicHalf; own: PrivateHalf }>;
type Changed = Readonly<{ value: Sealed; how: string }>;

const values = fc.uniqueArray(fc.record({ plaintext: fc.uint8Array({ maxLength: 80 }), aad: fc.uint8Array({ maxLength: 80 }) }), {
  minLength: 1,
  maxLength: 4,
  selector: ({ aad }) => String(aad),
});

const flipped = (bytes: Uint8Array, at: number, bit: number) => bytes.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));

const binary = ['ciphertext', 'encapsulation', 'hash'] as const;

/** A value with any byte of it changed or cut off, and with any part of it exchanged for that of any other value. */
const spoilt = (value: Sealed, others: readonly Sealed[]): readonly Changed[] => {
  const parts = partsOf(value);
  const changed = (how: string, over: Partial<SealedParts>): Changed => ({ value: sealedOf({ ...parts, ...over }), how });
  return [
    ...binary.flatMap((part) => {
      const bytes = Buffer.from(parts[part], 'base64url');
      const text = (of: Uint8Array) => Buffer.from(of).toString('base64url');
      const cuts = part === 'hash' ? [] : Array.from({ length: bytes.length - 1 }, (_, i) => bytes.subarray(0, i + 1));
      return [
        ...Array.from(bytes, (_, i) => changed(`${part}: byte ${i}`, { [part]: text(flipped(bytes, i, i % 8)) })),
        ...cuts.map((cut) => changed(`${part}: ${cut.length} bytes`, { [part]: text(cut) })),
      ];
    }),
    ...others.flatMap((other) => {
      const theirs = partsOf(other);
      return Object.keys(theirs).flatMap((part) => {
        const given = theirs[part as keyof SealedParts];
        if (JSON.stringify(given) === JSON.stringify(parts[part as keyof SealedParts])) return [];
        return [changed(`${part} of ${theirs.at.join(' ')} v${theirs.version}`, { [part]: given })];
      });
    }),
  ];
};

const commitOf = (stream: string, data: Readonly<Record<string, string>>) => ({
  stream,
  commit: 1,
  version: 1,
  events: [
    {
      type: 'Told',
      v: 1,
      data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, new Unsealed(value, {})])),
    },
  ],
  command: 'http/1',
  at: '2026-11-21T12:00:00.000Z',
  meta: { actor: 'ada', correlation: 'c', causation: 'r' },
});

/** What every cipher of personal values keeps: a value opens to what was sealed, or not at all. */
export const boxContract = (name: string, box: Box, pairOf: (subject: string, version?: number) => Pair) =>
  describe(`the box of personal values: ${name}`, () => {
    it('opens each value by itself, to what was sealed, and to nothing else after any change', async () => {
      const ada = pairOf('ada');
      const others = [pairOf('bob'), pairOf('ada', 2)];
      await fc.assert(
        fc.asyncProperty(values, fc.nat(), fc.nat({ max: 7 }), fc.nat(), async (list, place, bit, cut) => {
          const { encapsulation, ciphertexts } = await box.seal(ada.half, list);
          for (const [i, { plaintext, aad }] of list.entries()) {
            const ciphertext = ciphertexts[i]!;
            expect(Buffer.from(await box.open(ada.own, encapsulation, { ciphertext, aad }))).toEqual(Buffer.from(plaintext));
            const changed = (of: Uint8Array) => flipped(of, place % of.length, bit);
            const fails = async (
              key: PrivateHalf,
              enc: Uint8Array,
              value: Readonly<{ ciphertext: Uint8Array; aad: Uint8Array }>,
            ) => expect(await box.open(key, enc, value).catch((error: unknown) => error)).toBeInstanceOf(DoesNotOpen);
            for (const { own } of others) await fails(own, encapsulation, { ciphertext, aad });
            await fails(ada.own, changed(encapsulation), { ciphertext, aad });
            await fails(ada.own, encapsulation, { ciphertext: changed(ciphertext), aad });
            await fails(ada.own, encapsulation, { ciphertext: ciphertext.subarray(0, cut % ciphertext.length), aad });
            await fails(ada.own, encapsulation.subarray(0, cut % encapsulation.length), { ciphertext, aad });
            await fails(ada.own, encapsulation, { ciphertext, aad: Buffer.concat([aad, Buffer.from('.')]) });
            const other = ciphertexts[(i + 1) % list.length]!;
            if (list.length > 1) await fails(ada.own, encapsulation, { ciphertext: other, aad });
          }
        }),
        { numRuns: 40 },
      );
    });

    it('a sealed value of which any byte is changed, or any part is of another value, is a clear error and never a value', async () => {
      const pairs = new Map<string, Pair>();
      const pair = (subject: string, version: number): Pair => {
        const key = `${subject} ${version}`;
        const there = pairs.get(key) ?? pairOf(subject, version);
        pairs.set(key, there);
        return there;
      };
      let version = 1;
      const sealing: SealingKeys = {
        publicHalf: async (subject) => pair(subject, version).half,
        existing: async (subject) => pair(subject, version).half,
        findSecret: async () => Buffer.alloc(32, 7),
      };
      const opening: Opening = { box, keys: { privateHalf: async (subject, of) => pairs.get(`${subject} ${of}`)?.own } };
      const sealed = async (stream: string, subject: string, data: Readonly<Record<string, string>>) => {
        const done = await sealCommit({ keys: sealing, box }, commitOf(stream, data), () => subject);
        if ('erased' in done) throw new Error('Nobody was erased.');
        return Object.values(storedEvents(done.commit)[0]!.data as Readonly<Record<string, Sealed>>);
      };
      const plain = ['MARK-Ada', 'MARK-mail', 'MARK-Bob', 'MARK-late'];
      const all = [
        ...(await sealed('customer-ada', 'ada', { name: plain[0]!, email: plain[1]! })),
        ...(await sealed('customer-bob', 'bob', { name: plain[2]! })),
      ];
      version = 2;
      // The version before it is read as ever.
      all.push(...(await sealed('customer-ada', 'ada', { name: plain[3]! })));
      expect(await opened(opening, all)).toEqual(plain);
      for (const [i, value] of all.entries())
        for (const { value: wrong, how } of spoilt(value, all.toSpliced(i, 1))) {
          const answer = await opened(opening, { rows: [wrong] }).catch((error: unknown) => error);
          expect(answer, `${plain[i]}, ${how}`).toBeInstanceOf(CannotOpen);
          expect([(answer as CannotOpen).place, String(answer)], how).toEqual(['/rows/0', expect.not.stringContaining('MARK')]);
        }
    });
  });
