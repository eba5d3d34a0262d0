import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contractsVerbs } from '../../lib/cli/contracts/verbs.ts';
import { historyVerbs } from '../../lib/cli/history/verbs.ts';
import { localVerbs } from '../../lib/cli/local/verbs.ts';
import { logsVerbs } from '../../lib/cli/operate/verbs.ts';
import { subjectsVerbs } from '../../lib/cli/personal/verbs.ts';
import { processesVerbs } from '../../lib/cli/process/verbs.ts';
import { rebuildVerbs } from '../../lib/cli/rebuild/verbs.ts';
import { restoreVerbs } from '../../lib/cli/restore/verbs.ts';
import { compared, reason, whole } from '../../lib/cli/terminal/arguments.ts';
import { explain, UserError } from '../../lib/cli/terminal/user-error.ts';
import { onDeployment, type Project, runs } from '../../lib/cli/verbs.ts';
import { projectionsVerbs } from '../../lib/cli/view/verbs.ts';
import { ProblemError } from '../../lib/core/problem.ts';

const manifest = { aggregates: [], projections: [] };
const project: Project = { module: () => 'file:///manifest.ts', manifest: async () => manifest };
const broken: Project = { ...project, manifest: () => Promise.reject(new UserError('The manifest is broken.')) };

const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];

afterEach(() => {
  process.exitCode = undefined;
});

describe('a verb', () => {
  const resume = () => new Command('resume').argument('<view>').argument('[stream]').option('--revision <number>', '', whole());

  it('gets its arguments and options by their names, and the manifest', async () => {
    const verb = vi.fn(async () => true);
    await onDeployment(resume(), verb, project).parseAsync(['balance', '--revision', '2', '--stack', 'prod'], { from: 'user' });
    const asked = { view: 'balance', stream: undefined, revision: 2, stack: 'prod', manifest };
    expect(verb).toHaveBeenCalledWith(asked, expect.any(Function), expect.any(Function));
    expect(process.exitCode).toBeUndefined();
  });

  it('sets exit code 1 where it ends with false', async () => {
    await runs(resume(), async () => false).parseAsync(['balance'], { from: 'user' });
    expect(process.exitCode).toBe(1);
  });

  it('that takes no manifest works with a broken one', async () => {
    const verb = vi.fn(async () => {});
    await runs(resume(), verb).parseAsync(['balance'], { from: 'user' });
    expect(verb).toHaveBeenCalledOnce();
    await expect(runs(resume(), verb, broken).parseAsync(['balance'], { from: 'user' })).rejects.toThrow(
      'The manifest is broken.',
    );
  });

  it('that is refused says why, without a stack trace', () => {
    const problem = new ProblemError({ kind: 'not-found', detail: 'There is no rebuild r-9.' });
    expect(explain(problem)).toBe('There is no rebuild r-9.');
    expect(explain(new UserError('It is wrong.', 'Mend it.'))).toBe('It is wrong.\nMend it.');
  });

  it.each([
    ['CredentialsProviderError', 'Could not load credentials from any providers', /Sign in to the AWS account/],
    ['ExpiredTokenException', 'The security token included in the request is expired', /Sign in to the AWS account/],
    ['Error', 'Region is missing', /AWS_REGION/],
    ['AccessDeniedException', 'User: ada is not authorized to perform: dynamodb:Scan', /that has this right/],
    ['Error', 'connect ECONNREFUSED 127.0.0.1:4566', /npm start/],
  ])('that AWS does not let do its work says what to do, without a stack trace: %s', (name, message, hint) => {
    const [said, next] = explain(Object.assign(new Error(message), { name })).split('\n');
    expect([said, next]).toEqual([`${name}: ${message}`, expect.stringMatching(hint)]);
  });

  it('that fails by a fault of its own keeps the stack trace', () => {
    const fault = new TypeError('x is not a function');
    expect(explain(fault)).toBe(fault.stack);
  });
});

describe('an argument', () => {
  it('that does not fit is refused with what it must be', () => {
    expect([whole()('3'), whole(1024, 65_535)('4566'), compared('all'), compared('20'), reason('new')]).toEqual([
      3,
      4566,
      1,
      20,
      'new',
    ]);
    expect(() => whole()('0')).toThrow('It must be a whole number from 1 on.');
    expect(() => whole(1024, 65_535)('80')).toThrow('It must be a whole number from 1024 to 65535.');
    expect(() => compared('some')).toThrow('It must be a whole number from 1 on.');
    expect(() => reason('  ')).toThrow('It must say why.');
    expect(reason(` ${'x'.repeat(500)} `)).toHaveLength(500);
    expect(() => reason('x'.repeat(501))).toThrow('It has 501 characters, and may have 500: say it shorter');
  });
});

describe('the help', () => {
  const program = new Command('foldstream');
  localVerbs(program, project);
  logsVerbs(program);
  historyVerbs(program, project);
  projectionsVerbs(program, project);
  processesVerbs(program, project);
  subjectsVerbs(program, project);
  rebuildVerbs(program, project);
  contractsVerbs(program, project, async () => ({}));
  restoreVerbs(program, project);
  const verbs = all(program).slice(1);

  it('describes each verb, argument and option', () => {
    const undescribed = verbs.flatMap((verb) => [
      ...(verb.description() ? [] : [verb.name()]),
      ...[...verb.registeredArguments, ...verb.options]
        .filter(({ description }) => description === '')
        .map((part) => `${verb.name()} ${part.name()}`),
    ]);
    expect(undescribed).toEqual([]);
    expect(verbs.length).toBeGreaterThan(20);
  });

  it('has one form of each option in all verbs', () => {
    const forms = Map.groupBy(
      verbs.flatMap((verb) => verb.options),
      (option) => option.long,
    );
    const differing = [...forms].filter(([, options]) => new Set(options.map(({ flags }) => flags)).size > 1);
    expect(differing.map(([long]) => long)).toEqual([]);
  });
});
