import { describe, expect, it } from 'vitest';
import { type Description, deskOf, entityOf, reachOf, viewsOf } from '../../console/screens/desk/described.ts';
import { manifest } from '../../domains/index.ts';
import { kebab } from '../../lib/core/stream.ts';
import { openApi } from '../../lib/http/openapi/document.ts';

const description = openApi(manifest, { title: 'The reference application', version: '1' }) as unknown as Description;
const deskFor = (...roles: readonly string[]) => deskOf(description, { roles });
const namesOf = (...roles: readonly string[]) => {
  const { views, commands } = deskFor(...roles);
  return [...views.map(({ name }) => name), ...commands.map(({ category, name }) => `${category}/${name}`)];
};

describe('the desk', () => {
  it('offers what the manifest lets the caller read and send, and nothing else, whatever their roles', () => {
    for (const roles of [[], ['support'], ['operator'], ['operator', 'support']]) {
      const may = (words: readonly string[]) => reachOf(words, { roles }) !== undefined;
      const views = manifest.projections.filter((view) => may(view.may)).map(({ name }) => name);
      const commands = manifest.aggregates.flatMap(({ category, commands }) =>
        Object.entries(commands).flatMap(([type, command]) => (may(command.may) ? [`${category}/${kebab(type)}`] : [])),
      );
      expect(new Set(namesOf(...roles))).toEqual(new Set([...views, ...commands]));
    }
    expect(namesOf()).toEqual(expect.arrayContaining(['account-balance', 'catalogue', 'account/deposit', 'order/change-line']));
    expect(namesOf()).not.toContain('customer-directory');
    expect(namesOf('support')).toContain('customer-directory');
    expect(namesOf('operator')).not.toContain('account/deposit');
  });

  it('says what is for one’s own alone, and offers only lists that the caller may have', () => {
    const balance = (...roles: readonly string[]) => deskFor(...roles).views.find(({ name }) => name === 'account-balance');
    expect(balance()).toMatchObject({ isOwn: true, hasOwner: false, filters: ['currency'], needsId: false });
    expect(balance('operator')).toMatchObject({ isOwn: false, hasOwner: true });
    expect(balance()?.lists).toEqual([{ name: 'by-status', by: true, within: 'owner' }]);
    const directory = deskFor('support').views.find(({ name }) => name === 'customer-directory');
    expect(directory?.lists).toEqual([{ name: 'by-email', by: true, personal: true }]);
    const withOpenList = { ...description, paths: structuredClone(description.paths) } as Description;
    const list = withOpenList.paths['/views/account-balance']!.get as unknown as { 'x-lists': object };
    list['x-lists'] = { newest: { by: false }, mine: { by: false, within: 'owner' } };
    const own = deskOf(withOpenList, { roles: [] }).views.find(({ name }) => name === 'account-balance');
    expect(own?.lists.map(({ name }) => name)).toEqual(['mine']);
  });

  it('knows which views show a stream, and which stream a row is of', () => {
    const desk = deskFor('operator');
    const shown = viewsOf(desk, 'account').map(({ name }) => name);
    expect(shown).toEqual(expect.arrayContaining(['account-balance', 'account-statement', 'event-log']));
    const [balance, log] = ['account-balance', 'event-log'].map((name) => desk.views.find((view) => view.name === name)!);
    expect([balance!.idIn('account', 'a-1'), log!.idIn('account', 'a-1')]).toEqual(['a-1', 'account-a-1']);
    expect(entityOf(balance!, { id: 'a-1' })).toEqual({ category: 'account', id: 'a-1' });
    expect(entityOf(balance!, {})).toBeUndefined();
    const instances = desk.views.find(({ name }) => name === 'process-instances')!;
    expect(entityOf(instances, { id: 'transferProcess-t1' })).toEqual({ category: 'transferProcess', id: 't1' });
  });
});
