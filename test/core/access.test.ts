import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Actor, actsForOthers, allowed, anybody, isOpen, isPublic, mayOwn, user, type Who } from '../../lib/core/access.ts';
import { type AnyDecider, command } from '../../lib/core/decider.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import { deciding } from '../../lib/testing/deciding.ts';

declare module '../../lib/index.ts' {
  interface Roles {
    teller: true;
    auditor: true;
  }
}

const actors: readonly Actor[] = [
  user('ada'),
  user('bob'),
  user('tess', 'teller'),
  user('olga', 'operator'),
  { id: 'export', kind: 'machine', roles: ['auditor'] },
  { id: 'billing', kind: 'process', roles: [] },
  { id: 'paymentProvider', kind: 'hook', roles: [] },
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
    ['teller', 'tess'],
    ['auditor', 'export'],
    ['process', 'billing'],
    ['hook', 'paymentProvider'],
    ['user', 'ada bob tess olga export'],
    ['anyone', 'ada bob tess olga export anyone'],
  ])("'%s': of ada's thing %s", (who, let_in) => {
    expect(actors.filter((actor) => allowed([who], actor, 'ada')).map(({ id }) => id)).toEqual(let_in.split(' '));
    expect([isPublic([who]), isOpen([who])]).toEqual([who !== 'process' && who !== 'hook', who === 'anyone']);
  });

  it('an anonymous caller owns nothing, not even what they have begun', () =>
    expect([allowed(['owner'], anybody, 'anyone'), allowed(['owner'], anybody, undefined)]).toEqual([false, false]));

  it.each<[readonly [Who, ...Who[]], string | undefined]>([
    [['anyone'], undefined],
    [['user', 'process'], undefined],
    [['owner', 'teller', 'operator'], undefined],
    [['user', 'teller'], "note: Leave is for 'user', which is everybody with a token: leave 'teller' out."],
    [
      ['owner', 'clerk' as Who],
      "note: Leave is for 'clerk', which is no role of this manifest: add it to `roles` of defineManifest, or use one of owner, process, hook, together, user, anyone, operator, teller, auditor.",
    ],
    [['anyone', 'process'], undefined],
    [['anyone', 'owner'], "note: Leave is for 'anyone', which is everybody: leave 'owner' out."],
    [
      ['user', 'operator', 'owner'],
      "note: Leave is for 'user', which is everybody with a token: leave 'operator' and 'owner' out.",
    ],
  ])('%j in a manifest', (may, fault) => {
    const define = () => defineManifest({ roles: ['teller', 'auditor'], aggregates: [note(may)], projections: [] });
    if (fault) expect(define).toThrow(fault);
    else define();
  });

  it('what has no owner yet is open to people who may own, in whatever role; operators and machines own nothing', () => {
    expect(actors.filter((actor) => allowed(['owner'], actor, undefined)).map(({ id }) => id)).toEqual(['ada', 'bob', 'tess']);
    expect(actors.filter(mayOwn).map(({ id }) => id)).toEqual(['ada', 'bob', 'tess']);
    // Nor by an id that is the same as an owner's.
    expect(allowed(['owner'], { id: 'ada', kind: 'machine', roles: ['teller'] }, 'ada')).toBe(false);
  });

  it('a role that a command is for need not own what the command names', () =>
    expect(actors.filter((actor) => actsForOthers(['owner', 'teller'], actor)).map(({ id }) => id)).toEqual([
      'tess',
      'olga',
      'billing',
      'paymentProvider',
    ]));

  it.each([
    ['operator', "The role 'operator' is there without a declaration"],
    ['owner', "The role 'owner' has a meaning of its own"],
    ['process', "The role 'process' has a meaning of its own"],
    ['hook', "The role 'hook' has a meaning of its own"],
    ['user', "The role 'user' has a meaning of its own"],
    ['anyone', "The role 'anyone' has a meaning of its own"],
    ['Chief teller', "The role 'Chief teller' must be 1 to 40 of a-z 0-9 and hyphens"],
    ['teller', "The role 'teller' is declared twice"],
  ])('%s cannot be declared', (role, fault) =>
    expect(() => defineManifest({ roles: ['teller', role as 'teller'], aggregates: [], projections: [] })).toThrow(fault),
  );

  it('a history is for the owner and operators unless it says otherwise, and needs a token', () => {
    const define = (history: AnyDecider['history']) => () =>
      defineManifest({ roles: ['auditor'], aggregates: [{ ...note(['owner']), ...(history && { history }) }], projections: [] });
    define(['owner', 'auditor', 'operator'])();
    expect(define(['anyone'])).toThrow("The history of note cannot be for 'anyone': it is read with a token.");
    expect(define(['process'])).toThrow("The history of note cannot be for 'process': it is read with a token.");
    expect(define(['clerk' as Who])).toThrow("The history of note is for 'clerk', which is no role of this manifest");
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
