import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Actor, allowed, anybody, isOpen, isPublic, type Who } from '../../lib/core/access.ts';
import { type AnyDecider, command } from '../../lib/core/decider.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import { deciding } from '../../lib/testing/deciding.ts';

const actors: readonly Actor[] = [
  { id: 'ada', role: 'customer' },
  { id: 'bob', role: 'customer' },
  { id: 'olga', role: 'operator' },
  { id: 'billing', role: 'process' },
  anybody,
];
const note = (may: readonly [Who, ...Who[]]): AnyDecider => ({
  category: 'note',
  events: {},
  commands: { Leave: command(may, z.strictObject({})) },
  initial: {},
  owner: () => undefined,
  decide: { Leave: () => [] },
  evolve: {},
});

describe('authorization', () => {
  it.each<[Who, string]>([
    ['owner', 'ada'],
    ['operator', 'olga'],
    ['process', 'billing'],
    ['user', 'ada bob olga'],
    ['anyone', 'ada bob olga anyone'],
  ])("'%s': of ada's thing %s", (who, let_in) => {
    expect(actors.filter((actor) => allowed([who], actor, 'ada')).map(({ id }) => id)).toEqual(let_in.split(' '));
    expect([isPublic([who]), isOpen([who])]).toEqual([who !== 'process', who === 'anyone']);
  });

  it('an anonymous caller owns nothing, not even what they have begun', () =>
    expect([allowed(['owner'], anybody, 'anyone'), allowed(['owner'], anybody, undefined)]).toEqual([false, false]));

  it.each<[readonly [Who, ...Who[]], string | undefined]>([
    [['anyone'], undefined],
    [['user', 'process'], undefined],
    [['anyone', 'process'], undefined],
    [['anyone', 'owner'], "note: Leave is for 'anyone', which is everybody: leave 'owner' out."],
    [
      ['user', 'operator', 'owner'],
      "note: Leave is for 'user', which is everybody with a token: leave 'owner' and 'operator' out.",
    ],
  ])('%j in a manifest', (may, fault) => {
    const define = () => defineManifest({ aggregates: [note(may)], projections: [] });
    if (fault) expect(define).toThrow(fault);
    else define();
  });

  it('given, when, then: by default the command comes from an actor who may send it', () => {
    const given = (may: readonly [Who, ...Who[]]) => deciding(note(may) as never)();
    given(['anyone'])
      .when({ type: 'Leave', data: {} } as never)
      .then();
    given(['user'])
      .when({ type: 'Leave', data: {} } as never)
      .then();
    given(['user'])
      .when({ type: 'Leave', data: {} } as never, { actor: anybody })
      .forbidden();
  });
});
