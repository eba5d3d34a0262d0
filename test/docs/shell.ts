import type { Command, Option } from 'commander';
import { type Fence, proseOf } from '../../docs/site/markdown.ts';

/** One call of a program in a shell block: its words, without quotes. */
export type Call = readonly string[];

/** Without the ends of lines inside a call, and without comments. */
const joined = (text: string): string => text.replace(/\\\n\s*/g, ' ').replace(/(^|\s)#\s.*$/gm, '$1');

/** The words of a line up to its end or to what ends a command. Quoted text is one word. */
const words = (text: string): Call => {
  const found: string[] = [];
  for (const [, word = '', double, single, end] of text.matchAll(
    /((?:[^\s"'|;&)#>]|(?<=\S)#)+(?:"[^"]*"|'[^']*')?)|"([^"]*)"|'([^']*)'|((?:\s#.*)|[|;&)>\n])/g,
  )) {
    if (end !== undefined) break;
    found.push(word || (double ?? single ?? ''));
  }
  return found;
};

/** The calls of npm, npx and foldstream in a text of shell. A placeholder such as `<id>` is a word. */
export const callsIn = (text: string): readonly Call[] => {
  const plain = joined(text).replace(/<([\w .-]+)>/g, (_, name: string) => name.replaceAll(' ', '-'));
  return [...plain.matchAll(/(?<![\w/-])(npm (?:run|start|test)|npx (?:foldstream|cdk)|foldstream (?=[a-z]))/g)].map(
    ({ index }) => words(plain.slice(index)),
  );
};

/** Calls in the running text of a page: `npm run x` and its like, as code. */
export const callsInProse = (markdown: string): readonly Call[] =>
  [...proseOf(markdown).matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) =>
    /^(npm (run|start|test)(?= |$)|npx (foldstream|cdk) |foldstream [a-z])/.test(code.trim()) ? callsIn(code) : [],
  );

const isOption = (word: string): boolean => /^--?[a-z]/.test(word);

const optionOf = (command: Command, word: string): Option | undefined => {
  const flag = word.replace(/=.*$/, '');
  for (let at: Command | null = command; at; at = at.parent) {
    const found = at.options.find(({ long, short }) => long === flag || short === flag);
    if (found) return found;
  }
  return undefined;
};

/** The faults of a call of the command line: a verb, a flag or an argument that there is not. `whole` is false in prose, where arguments are left out. */
export const verbFaults = (program: Command, args: Call, whole = true): readonly string[] => {
  let command = program;
  let given = 0;
  // A verb may stand for one of its own: `processes` for `processes list`.
  const usual = (): Command | undefined => {
    const { _defaultCommandName: name } = command as Command & { _defaultCommandName?: string | null };
    return command.commands.find((one) => one.name() === name);
  };
  const faults: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word === '--help' || word === '...') continue;
    if (isOption(word)) {
      command = optionOf(command, word) ? command : (usual() ?? command);
      const option = optionOf(command, word);
      if (!option) faults.push(`'${command.name()}' has no ${word}`);
      else if ((option.required || option.optional) && !word.includes('=')) i++;
      continue;
    }
    const next = given === 0 ? command.commands.find((one) => one.name() === word || one.aliases().includes(word)) : undefined;
    if (next) command = next;
    else if (command.commands.length > 0 && command.registeredArguments.length === 0)
      return [...faults, `there is no verb '${word}' of '${command.name()}'`];
    else given++;
  }
  command = usual() ?? command;
  const needed = command.registeredArguments.filter(({ required }) => required).length;
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Number.POSITIVE_INFINITY
    : command.registeredArguments.length;
  if (given > most) faults.push(`'${command.name()}' takes no ${given} arguments`);
  if (whole && given < needed) faults.push(`'${command.name()}' needs ${needed} arguments`);
  return faults;
};

const cdkVerbs = ['bootstrap', 'deploy', 'destroy', 'diff', 'list', 'synth'];
/** Flags of the cdk that the pages use, each with a value or not. */
const cdkFlags: Readonly<Record<string, boolean>> = {
  '-c': true,
  '--require-approval': true,
  '--all': false,
  '--force': false,
  '--quiet': false,
};

/** The faults of a call of the cdk: a verb, a flag or a setting that there is not. */
export const cdkFaults = (args: Call, settings: ReadonlySet<string>): readonly string[] => {
  const faults: string[] = [];
  const [verb = '', ...rest] = args;
  if (!cdkVerbs.includes(verb)) faults.push(`the cdk has no verb '${verb}'`);
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!;
    if (!isOption(word)) continue;
    if (!(word in cdkFlags)) faults.push(`${word} is no known flag of the cdk`);
    if (!cdkFlags[word]) continue;
    i++;
    const name = (rest[i] ?? '').split('=')[0]!;
    if (word === '-c' && !settings.has(name) && !name.includes('setting')) faults.push(`there is no setting '${name}'`);
  }
  return faults;
};

/** The text of a shell block that bash can parse: a placeholder is a word. */
export const forBash = ({ text }: Fence): string => text.replace(/<([\w .-]+)>/g, (_, name: string) => name.replaceAll(' ', '-'));
