import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir, root } from '../../lib/cli/local/deployment.ts';
import { RunError, run } from '../../lib/cli/terminal/run.ts';
import { type Dice, diceFor } from '../../lib/testing/simulation/dice.ts';
import { type Mutant, mutantsOf } from './operators.ts';

/** The suites that look for a mutant, the quickest first. */
const suites = ['unit', 'infra', 'proofs', 'integration'] as const;
type Found = Readonly<{ by: string; test: string }>;

/** A suite that takes longer than this (milliseconds) has found a mutant that never ends. */
const patience = 300_000;
const copy = join(cacheDir, 'mutation');

const copied = (): void => {
  rmSync(copy, { recursive: true, force: true });
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name !== '')) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, '.cache'));
  symlinkSync(join(cacheDir, 'engine'), join(copy, '.cache', 'engine'));
  // Some tests ask git what is in the repository.
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
  execFileSync('git', ['add', '--all'], { cwd: copy });
};

const program = (name: string) => join(root, 'node_modules', '.bin', name);
const ran = (name: string, args: readonly string[]) =>
  run(program(name), args, {
    cwd: copy,
    env: { ...process.env, CI: 'true', NO_COLOR: '1' },
    signal: AbortSignal.timeout(patience),
  });

const compiles = async (): Promise<boolean> => {
  try {
    await ran('tsc', ['-p', '.']);
    return true;
  } catch (cause) {
    if (cause instanceof RunError) return false;
    throw cause;
  }
};

const foundBy = async (wanted: readonly string[], file?: string): Promise<Found | undefined> => {
  for (const by of wanted)
    try {
      const which = file === undefined || by === 'integration' ? ['run'] : ['related', '--run', '--passWithNoTests', file];
      await ran('vitest', [...which, '--project', by, '--bail', '1']);
    } catch (cause) {
      const output = cause instanceof RunError ? cause.output : String(cause);
      const test = /^ *(?:FAIL|×) +(.*)$/m.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '';
      return { by, test };
    }
  return undefined;
};

const filesIn = (room: string): readonly string[] =>
  readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();

/** A mutant that compiles and was not chosen before: each file of the room is as likely as another, and so is each kind of change in it. */
const chosen = async (dice: Dice, room: string, before: ReadonlySet<string>): Promise<Mutant> => {
  for (;;) {
    const file = dice.pick(filesIn(room));
    const mutants = mutantsOf(file, readFileSync(join(root, file), 'utf8'));
    if (mutants.length === 0) continue;
    const operator = dice.pick([...new Set(mutants.map((each) => each.operator))]);
    const mutant = dice.pick(mutants.filter((each) => each.operator === operator));
    if (before.has(keyOf(mutant))) continue;
    writeFileSync(join(copy, file), mutant.text);
    if (await compiles()) return mutant;
    cpSync(join(root, file), join(copy, file));
  }
};
const keyOf = ({ file, line, after }: Mutant) => `${file}:${line} ${after}`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    many: { type: 'string', default: '20' },
    in: { type: 'string', default: 'lib/core,lib/engine,lib/aws,lib/infra' },
    suites: { type: 'string', default: 'unit,infra,proofs' },
  },
});
const [seed, many] = [Number(values.seed), Number(values.many)];
const wanted = values.suites.split(',');
if (
  !Number.isSafeInteger(seed) ||
  !Number.isSafeInteger(many) ||
  wanted.some((name) => !suites.some((suite) => suite === name))
) {
  console.error(
    `Usage: npm run mutants -- [--seed <number>] [--many <number>] [--in <folder>,...] [--suites ${suites.join(',')}]`,
  );
  process.exit(2);
}

copied();
const rooms = values.in.split(',');
const without = await foundBy(wanted);
if (without) {
  console.error(
    `Without any mutant a test of '${without.by}' fails: ${without.test}\nMend that first: it would find every mutant.`,
  );
  process.exit(1);
}
const [dice, before] = [diceFor(seed, 'mutants'), new Set<string>()];
let survived = 0;
for (let i = 0; i < many; i++) {
  const mutant = await chosen(dice, rooms[i % rooms.length]!, before);
  before.add(keyOf(mutant));
  const found = await foundBy(wanted, mutant.file);
  cpSync(join(root, mutant.file), join(copy, mutant.file));
  if (!found) survived++;
  const change = `\n       - ${mutant.before}\n       + ${mutant.after}`;
  console.log(
    `${String(i + 1).padStart(4)} ${mutant.file}:${mutant.line} ${mutant.operator}: ${found ? `found by ${found.by}: ${found.test}` : `SURVIVED${change}`}`,
  );
}
console.log(`\nSeed ${seed}: ${many - survived} of ${many} mutants were found.`);
