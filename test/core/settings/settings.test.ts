import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checked, type Field, givenIn, WrongSetting } from '../../../lib/core/settings/field.ts';
import { fields } from '../../../lib/core/settings/fields.ts';
import {
  defineSettings,
  type EnvironmentSettings,
  environmentOf,
  environmentsOf,
  type ProjectSettings,
  usualSettings,
} from '../../../lib/core/settings/settings.ts';

describe('settings', () => {
  it('are today’s dev and prod without a settings file', () => {
    expect(environmentsOf(usualSettings)).toEqual(['dev', 'prod']);
    const usual = {
      app: 'foldstream',
      apiVersion: '1.0.0',
      describe: true,
      limits: { api: { rate: 500, burst: 1_000 }, open: { rate: 50, burst: 100 }, routes: {} },
      callerRate: 50,
      keySeconds: 60,
      maximumConcurrency: 20,
      accountConcurrency: 1_000,
      busRules: 300,
      consumers: {},
      reserved: {},
      commitForm: 'plain',
      architecture: 'arm64',
      console: true,
    };
    expect(environmentOf(usualSettings, 'dev')).toEqual({
      ...usual,
      effects: {},
      tags: {},
      machines: {},
      retain: false,
      protect: false,
      logDays: 7,
      demoSignIn: true,
    });
    expect(environmentOf(usualSettings, 'prod')).toMatchObject({
      ...usual,
      retain: true,
      protect: true,
      logDays: 90,
      demoSignIn: false,
    });
  });

  it('of one environment win over those for all, and those by -c over both', () => {
    const places = fc.record(
      { all: fc.integer({ min: 1, max: 999 }), own: fc.integer({ min: 1, max: 999 }), context: fc.integer({ min: 1, max: 999 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(places, ({ all, own, context }) => {
        const project: ProjectSettings = { callerRate: all, environments: { test: { callerRate: own }, other: {} } };
        const given = context === undefined ? {} : { callerRate: String(context) };
        expect(environmentOf(project, 'test', given).callerRate).toBe(context ?? own ?? all ?? 50);
        expect(environmentOf(project, 'other').callerRate).toBe(all ?? 50);
      }),
    );
  });

  it('merge objects key by key', () => {
    const project: ProjectSettings = { tags: { team: 'a', cost: '1' }, environments: { test: { tags: { cost: '2' } } } };
    expect(environmentOf(project, 'test').tags).toEqual({ team: 'a', cost: '2' });
    expect(environmentOf(project, 'test', { tags: 'team=payments,cost=a=b' }).tags).toEqual({ team: 'payments', cost: 'a=b' });
    expect(environmentOf(project, 'dev', { tags: { team: 'b', cost: 42 } }).tags).toEqual({ team: 'b', cost: '42' });
  });

  it('always have a dev, for the own machine', () =>
    expect(environmentsOf({ environments: { live: { retain: true } } })).toEqual(['dev', 'live']));

  it.each<[string, unknown, string]>([
    [
      'an unknown setting',
      { retian: true },
      'retian in the settings is not a setting. There are: environments, app, apiVersion,',
    ],
    [
      'one of an environment',
      { environments: { prod: { stage: 1 } } },
      'environments.prod.stage in the settings is not a setting.',
    ],
    ['a name', { environments: { 'my env': {} } }, "'my env' is not a name for an environment: use 1 to 20 letters"],
    [
      'a value',
      { logDays: 8 },
      "logDays in the settings: '8' is not a number of days that CloudWatch keeps logs for: use <one of 1, 3,",
    ],
    [
      'a value of an environment',
      { environments: { prod: { retain: 'yes' } } },
      "environments.prod.retain in the settings: 'yes' is not true or false: use <true or false>.",
    ],
    ['protection of what goes', { environments: { live: { protect: true } } }, 'live has `protect` without `retain`: set both'],
    [
      'a demo that is protected',
      { environments: { live: { retain: true, protect: true, demoSignIn: true } } },
      'The environment live is protected, and has `demoSignIn`',
    ],
  ])('refuse %s when they are declared', (_, wrong, told) => {
    expect(() => defineSettings(wrong as ProjectSettings)).toThrow(WrongSetting);
    expect(() => defineSettings(wrong as ProjectSettings)).toThrow(told);
  });

  it('by -c are told as such', () => {
    const asked = (context: Record<string, unknown>) => () => environmentOf(usualSettings, 'dev', context);
    expect(asked({ tags: 'team' })).toThrow("'team' is not a list of tags: use -c tags=<key>=<value>,<key>=<value>.");
    expect(asked({ protect: 'true' })).toThrow('The environment dev has `protect` without `retain`');
    expect(environmentOf(usualSettings, 'dev', { retain: 'true' })).toMatchObject({
      retain: true,
      demoSignIn: false,
      logDays: 90,
    });
  });

  it('have usual values that they accept themselves', () => {
    for (const [name, field] of Object.entries<Field>(fields)) {
      const value = typeof field.usual === 'function' ? field.usual({ retain: true, protect: false }) : field.usual;
      if (value !== undefined) expect(checked(field, value, name)).toEqual(value);
    }
    expect(environmentOf(usualSettings, 'prod')).toSatisfy((all: EnvironmentSettings) => !('alarmTopic' in all));
  });
});

describe('-c', () => {
  const issuer: Field = {
    schema: fields.tags.schema,
    is: 'an issuer',
    use: 'https://...',
    flags: { issuer: (url) => ({ url }), audience: (audience) => ({ audience }) },
  };
  it('gives an object by JSON, or part by part', () => {
    expect(givenIn({ tags: '{"team":"a"}' }, 'tags', { ...fields.tags, text: undefined })).toEqual({ team: 'a' });
    expect(givenIn({ audience: 'shop' }, 'issuer', issuer)).toEqual({ audience: 'shop' });
    expect(givenIn({ issuer: 'https://a', audience: 'shop' }, 'issuer', issuer)).toEqual({ url: 'https://a', audience: 'shop' });
    expect(givenIn({}, 'issuer', issuer)).toBeUndefined();
  });
});
