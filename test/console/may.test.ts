import { describe, expect, it } from 'vitest';
import { maySee } from '../../console/may.ts';

const screens = (caller: Parameters<typeof maySee>[1]) =>
  (['anybody', 'operator', 'eraser'] as const).filter((whose) => maySee(whose, caller));

describe('who sees which screens', () => {
  it('persons are shown to the roles that may erase, be they operators or not, and to no other operator', () => {
    expect(screens({ roles: [], erasers: ['operator'] })).toEqual(['anybody']);
    expect(screens({ roles: ['operator'], erasers: ['operator'] })).toEqual(['anybody', 'operator', 'eraser']);
    expect(screens({ roles: ['auditor'], erasers: ['dpo', 'auditor'] })).toEqual(['anybody', 'eraser']);
    expect(screens({ roles: ['operator'], erasers: ['auditor'] })).toEqual(['anybody', 'operator']);
  });

  it('nobody is shown persons where the deployment holds no personal values', () => {
    expect(screens({ roles: ['operator'] })).toEqual(['anybody', 'operator']);
  });
});
