import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkContracts } from '../../../lib/cli/contracts/check.ts';
import { contractsVerb, draftVerb, readSamples } from '../../../lib/cli/contracts/contracts.ts';
import { v1 } from '../../../lib/core/version.ts';
import { manifest } from '../../hotel/index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'contracts-'));
});
afterEach(() => rmSync(root, { recursive: true }));
const file = (name: string) => join(root, 'events/samples', `${name}.json`);

describe('foldstream contracts --draft', () => {
  it('writes samples that a first release takes, of events, memories of processes, and what all processes store', () => {
    expect(draftVerb({ manifest, root })).toMatchObject({ ok: true });
    expect(Object.keys(readSamples(root))).toEqual(
      expect.arrayContaining(['room/NightsHeld.v1', 'booking/Remembered.v1', 'process/Reacted.v1']),
    );
    expect(contractsVerb({ manifest, root, release: true })).toMatchObject({ ok: true });
    expect(contractsVerb({ manifest, root })).toMatchObject({ ok: true });
  });

  it('writes what is missing, and leaves alone what is there', () => {
    draftVerb({ manifest, root });
    const mine = JSON.stringify({ type: 'RoomOffered', v: 1, data: { price: 9_000, currency: 'EUR' } });
    writeFileSync(file('room/RoomOffered.v1'), mine);
    rmSync(file('room/NightsHeld.v1'));
    expect(draftVerb({ manifest, root }).lines).toEqual([
      'events/samples/room/NightsHeld.v1.json is new.',
      expect.stringContaining('put in what really occurs'),
    ]);
    expect(readFileSync(file('room/RoomOffered.v1'), 'utf8')).toBe(mine);
    expect(draftVerb({ manifest, root }).lines).toEqual(['Every version of every event has its sample.']);
  });

  it('says where nothing that is made up fits, and its draft then passes for no sample', () => {
    const events = { Coded: v1(z.object({ code: z.string().regex(/^never-seen-\d{9}$/) })) };
    const picky = { aggregates: [{ category: 'shop', events, commands: {}, initial: {}, decide: {}, evolve: {} }] } as const;
    expect(draftVerb({ manifest: picky, root })).toMatchObject({
      ok: false,
      lines: expect.arrayContaining(['shop/Coded.v1: nothing that is made up fits its schema. Write its `data` yourself.']),
    });
    expect(checkContracts(picky, {}, readSamples(root)).faults).toMatchObject([{ event: 'shop.Coded' }]);
  });
});
