import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type AnyDecider, command } from '../../../lib/core/decider.ts';
import { hmac } from '../../../lib/core/hook/hmac.ts';
import { hook } from '../../../lib/core/hook/hook.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { schedule } from '../../../lib/core/schedule/schedule.ts';
import { bundle, withoutKeysStep } from '../../../lib/infra/code/bundle.ts';
import { FoldstreamStack } from '../../../lib/infra/foldstream-stack.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { Step } from '../../../lib/infra/kit/step.ts';
import { manifest as persons } from '../../support/apps/customer/manifest.ts';
import { manifest as paying } from '../../support/apps/paying/manifest.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { steps as empty, manifest as parcels } from '../support/deployed.ts';

const home = resolve(import.meta.dirname, '../../..');
const out = mkdtempSync(join(tmpdir(), 'foldstream-product-'));
afterAll(() => rmSync(out, { recursive: true }));
const bundled = async (manifestModule: string, functions?: string) => {
  const source = { manifestModule: join(home, manifestModule), functions };
  const steps = await bundle({ ...source, fold: {}, out: join(out, dirname(manifestModule)) });
  return new Map(Object.entries(steps).map(([step, folder]) => [step, readFileSync(join(folder, 'index.mjs'), 'utf8')] as const));
};

test('a command function is at most 500 KB, and 30 KB more where it seals personal values', async () => {
  const appending = ['command', 'hook', 'react', 'schedule'];
  // These alone: to bundle all the others takes most of the time.
  const functions = mkdtempSync(join(out, 'functions-'));
  for (const step of appending) symlinkSync(join(home, 'functions', `${step}.ts`), join(functions, `${step}.ts`));
  const steps = await bundled('domains/index.ts', functions);
  const size = (step: string) => Buffer.byteLength(steps.get(step)!);
  expect(size('command-without-keys')).toBeLessThanOrEqual(500_000);
  expect(size('command')).toBeLessThanOrEqual(530_000);
  for (const step of appending) expect(size(step) - size(`${step}-without-keys`)).toBeGreaterThan(20_000);
});

/** With the functions of effects, which are made of the adapters beside the manifest. */
const bundles = await bundled('test/support/apps/paying/manifest.ts');

test('no bundle tells where it was made', () => {
  expect([...bundles].filter(([, code]) => code.includes(home)).map(([step]) => step)).toEqual([]);
});

const audit = parcels.aggregates[1]!;
const told = {
  ...audit,
  commands: { ...audit.commands, Tell: command(['hook'], z.strictObject({})) },
  decide: { ...audit.decide, Tell: () => [] },
} as never as AnyDecider;
const courier = {
  verify: hmac({ secret: '{environment}/courier', header: 'x-signature' }),
  body: z.object({}),
  id: () => '1',
  to: () => undefined,
};

const nightly = schedule({
  cron: '0 3 * * *',
  timezone: 'Europe/Vienna',
  since: '2026-12-01T00:00:00.000Z',
  catchUp: 'latest',
  sends: [told],
  command: () => ({ to: 'audit-nightly', command: { type: 'Note', data: { parcel: 'p1' } } }),
});

const isKeyless = (step: string) => step.endsWith(withoutKeysStep(''));
const keyless = mkdtempSync(join(tmpdir(), 'foldstream-keyless-'));
writeFileSync(join(keyless, 'index.mjs'), '');
afterAll(() => rmSync(keyless, { recursive: true }));
const keylessHash = new Asset(new Stack(new App(), 'Some'), 'Keyless', { path: keyless }).assetHash;

/** The functions of a stack with every kind of them, each with the variables that it has. No template is made: that would take longer than all of this. */
const deployedFunctions = () => {
  const stack = new FoldstreamStack(new App(), 'foldstream-dev', {
    manifest: defineManifest({
      aggregates: [parcels.aggregates[0]!, told, wallet, transfer, ...paying.aggregates, ...persons.aggregates],
      projections: parcels.projections,
      processes: [moving, ...(paying.processes ?? [])],
      hooks: { courier: hook({ ...courier, sends: told }) },
      schedules: { nightly },
    }),
    code: {
      steps: Object.fromEntries([...bundles.keys()].map((step) => [step, isKeyless(step) ? keyless : empty.command!])),
      rows: { 'parcel-log.r1': 'hash' },
    },
    settings: settingsFor('dev'),
  });
  const functions = stack.node.findAll().filter((construct) => construct instanceof Step);
  return functions.map((each) => {
    const { environment } = each.node.defaultChild as CfnFunction;
    const { variables } = each.stack.resolve(environment) as Readonly<{ variables: Readonly<Record<string, string>> }>;
    const step = variables.POWERTOOLS_SERVICE_NAME!;
    const { assetHash } = each.node.findChild('Code') as Asset;
    const code = bundles.get(assetHash === keylessHash ? withoutKeysStep(step) : step)!;
    return { id: each.node.path.replace('foldstream-dev/', ''), step, names: Object.keys(variables), code };
  });
};

/** The variables that the code asks for, each by its name. */
const asked = () =>
  readdirSync(join(home, 'lib/aws'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(home, 'lib/aws', file), 'utf8').matchAll(/\benvironment\('(\w+)'\)/g)])
    .map(([, name]) => name!)
    // Lambda sets these itself.
    .filter((name) => !name.startsWith('AWS_'));

/** What is read only where the first of them is set: by functions that seal or open personal values. */
const ofKeys = ['KEYS_TABLE', 'KEY_SECONDS', 'STACK', 'SUBJECTS_KEY'];

test('every function has all the variables that its code reads, and no others', () => {
  const names = [...new Set(asked())];
  expect(names.length).toBeGreaterThan(20);
  const functions = deployedFunctions();
  const steps = [...bundles.keys()].filter((step) => !isKeyless(step));
  expect(new Set(functions.map(({ step }) => step)), 'a function of each step').toEqual(new Set(steps));
  const missing = functions.flatMap(({ id, names: set, code }) =>
    names
      .filter((name) => set.includes('KEYS_TABLE') || !ofKeys.includes(name))
      .filter((name) => code.includes(`("${name}")`) && !set.includes(name))
      .map((name) => `${id} ${name}`),
  );
  expect(missing.toSorted()).toEqual([
    // The cursors of public events are no view: these never ask for their table.
    'EffectOperations/Ops CURSORS_TABLE',
    'ProcessOperations/Ops CURSORS_TABLE',
    'Queries/Query CURSORS_TABLE',
    'Rebuilds/Lead CURSORS_TABLE',
    'Retention/Retention CURSORS_TABLE',
    'Schedules/Nightly/Default/Run CURSORS_TABLE',
    'Subjects/Export CURSORS_TABLE',
    'Subjects/Subjects CURSORS_TABLE',
  ]);
  const keyed = functions.filter(({ names: set }) => set.includes('KEYS_TABLE'));
  expect(keyed.map(({ id }) => id).filter((id) => id.includes('Command'))).toEqual(['CustomerCommands/Command']);
  expect(keyed.filter(({ code }) => !code.includes('("KEYS_TABLE")'))).toEqual([]);
  const unread = functions.flatMap(({ id, names: set, code }) =>
    // Node reads its own.
    set.filter((name) => name !== 'NODE_OPTIONS' && !code.includes(name)).map((name) => `${id} ${name}`),
  );
  expect(unread).toEqual([]);
});
