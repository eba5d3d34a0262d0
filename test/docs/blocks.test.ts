import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../lib/cli/foldstream.ts';
import { fields } from '../../lib/core/settings/fields.ts';
import { classes, classOf, fences, pages, read, where } from './blocks.ts';
import { notRun, reasonFor } from './not-run.ts';
import { type Call, callsIn, callsInProse, cdkFaults, forBash, verbFaults } from './shell.ts';

const of = (...names: readonly string[]) => fences.filter((fence) => names.includes(classOf(fence) ?? ''));
const shell = fences.filter(({ language }) => language === 'sh');
const scripts = new Set(Object.keys(JSON.parse(read('package.json')).scripts));
const program = commandLine();
/** Beside the settings of a project there are those of one deployment alone. */
const settings = new Set([
  ...Object.keys(fields),
  'stage',
  'manifest',
  'name',
  'plainHttp',
  'nested',
  'first',
  'audience',
  'idClaim',
  'rolesClaim',
  'consoleClient',
  'localCloud',
]);

const faults = (call: Call, whole: boolean): readonly string[] => {
  const [tool, verb = '', ...rest] = call.filter((word) => word !== '--silent');
  if (tool === 'foldstream') return verbFaults(program, call.slice(1), whole);
  if (tool === 'npx') return verb === 'cdk' ? cdkFaults(rest, settings) : verbFaults(program, rest, whole);
  const [script = '', ...args] = verb === 'run' ? rest : [verb, ...rest];
  if (!scripts.has(script)) return [`package.json has no script '${script}'`];
  const after = args[0] === '--' ? args.slice(1) : args;
  if (script === 'foldstream')
    return args.length > 0 && args[0] !== '--'
      ? ["npm run foldstream needs '--' before a verb"]
      : verbFaults(program, after, whole);
  return script === 'start' || script === 'token' ? verbFaults(program, [script, ...after], whole) : [];
};

describe('the code blocks of the pages', () => {
  it('belong to a class each, and the classes that are checked are large', () => {
    expect(
      fences.filter((fence) => classOf(fence) === undefined).map((fence) => `${where(fence)}: ${fence.language} ${fence.info}`),
    ).toEqual([]);
    const counts = Object.fromEntries(classes.map((name) => [name, of(name).length]));
    console.log(`${fences.length} blocks on ${pages.length} pages: ${JSON.stringify(counts)}`);
    expect(counts.ts).toBeGreaterThan(30);
    expect(shell.length).toBeGreaterThan(35);
  });

  it('of the shell are run by a test, or listed with the reason why not', () => {
    const isRun = (fence: (typeof shell)[number]) => ['sh', 'sh project', 'sh python'].includes(classOf(fence) ?? '');
    const wrong = shell.filter((fence) => isRun(fence) === (reasonFor(fence) !== undefined));
    expect(wrong.map(where)).toEqual([]);
    const listed = Object.values(notRun).flatMap((page) => Object.keys(page)).length;
    expect(shell.filter(isRun).length + listed).toBe(shell.length);
    console.log(`${shell.filter(isRun).length} of ${shell.length} shell blocks are run`);
  });

  it('that are excerpts are in the file that they name', () => {
    const excerpts = fences.flatMap((fence) => {
      const file = /(?:^| )from=(\S+)/.exec(fence.info)?.[1];
      return file === undefined ? [] : [{ fence, file }];
    });
    expect(excerpts.length).toBeGreaterThan(1);
    expect(excerpts.filter(({ fence, file }) => !read(file).includes(fence.text)).map(({ fence }) => where(fence))).toEqual([]);
  });

  it.each(of('json').map((fence) => [where(fence), fence] as const))('%s is JSON', (_, { text }) => {
    const documents = text.trim().split(/\n\s*\n/);
    for (const document of documents)
      for (const part of document.split('\n').every((line) => line.startsWith('{"') && line.endsWith('}'))
        ? document.split('\n')
        : [document])
        JSON.parse(part);
  });

  it('of the shell are parsed by bash', () => {
    const wrong = shell.filter((fence) => spawnSync('bash', ['-n'], { input: forBash(fence) }).status !== 0);
    expect(wrong.map(where)).toEqual([]);
  });

  it('of the shell, and the code in the text, name verbs, flags, scripts and settings that there are', () => {
    const inBlocks = shell.flatMap((fence) => callsIn(fence.text).map((call) => ({ at: where(fence), call, whole: true })));
    const inText = pages.flatMap((page) => callsInProse(read(page)).map((call) => ({ at: page, call, whole: false })));
    expect(inBlocks.length).toBeGreaterThan(60);
    expect(inText.length).toBeGreaterThan(60);
    const found = [...inBlocks, ...inText].flatMap(({ at, call, whole }) =>
      faults(call, whole).map((fault) => `${at}: ${call.join(' ')}: ${fault}`),
    );
    expect(found).toEqual([]);
  });
});

describe('the check of calls', () => {
  it.each([
    ['npm run foldstream -- rebuild balance --whi', "'rebuild' has no --whi"],
    ['npm run foldstream -- projectoins', "there is no verb 'projectoins' of 'foldstream'"],
    ['npm run foldstream rebuild balance', "npm run foldstream needs '--' before a verb"],
    ['npm run foldstream -- projections resume balance', "'resume' needs 2 arguments"],
    ['T=$(npm run --silent tokens customer)', "package.json has no script 'tokens'"],
    ['npx cdk deploy -c stages=prod', "there is no setting 'stages'"],
    ['npx cdk deploy --yes', '--yes is no known flag of the cdk'],
  ])('%s', (text, fault) => expect(callsIn(text).flatMap((call) => faults(call, true))).toEqual([fault]));

  it('reads over quotes, comments and the rest of a pipe', () =>
    expect(callsIn('npm run foldstream -- rebuild "a b" --why "x; y" # --not\nnpm test | tail --lines=1')).toEqual([
      ['npm', 'run', 'foldstream', '--', 'rebuild', 'a b', '--why', 'x; y'],
      ['npm', 'test'],
    ]));
});
