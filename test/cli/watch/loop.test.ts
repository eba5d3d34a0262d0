import { describe, expect, test } from 'vitest';
import { changeLoop, type LoopPorts, type Tried, type Version } from '../../../lib/cli/watch/loop.ts';

type Code = Version & Readonly<{ text: string }>;

/** A project of one file, whose text is all there is to it: `shape:code`, or a text that does not compile. */
const compiled = (text: string): Tried<Code> => {
  const [shape, code] = text.split(':');
  if (code === undefined || shape === undefined) return { fault: `file.ts:1:1 - error TS1: '${text}' is no code` };
  return {
    version: {
      ...{ text, shape, steps: new Map([['command', code]]), sources: new Map([['file.ts', text]]) },
      ...{ graph: new Map([['file.ts', []]]), roots: ['file.ts'], homes: new Map(), rows: {} },
      deployed: [{ name: 'f', step: 'command' }],
    },
  };
};

const versionOf = (text: string): Code => {
  const made = compiled(text);
  if ('fault' in made) throw new Error(made.fault);
  return made.version;
};

/** A watch over that project in memory. `during` runs whatever a test has happen in the middle of the work. */
const watching = (during: Partial<Record<'make' | 'replace' | 'deploy', () => void>> = {}, known = true) => {
  let file = 'one:a';
  let runs = file;
  const [lines, done]: [string[], string[]] = [[], []];
  const happen = (what: 'make' | 'replace' | 'deploy') => {
    const once = during[what];
    delete during[what];
    once?.();
  };
  const ports: LoopPorts<Code> = {
    quiet: async () => {},
    contents: async () => new Map([['file.ts', file]]),
    make: async () => {
      const read = file;
      happen('make');
      return compiled(read);
    },
    replace: async ({ text }, names) => {
      happen('replace');
      if (names.length > 0) runs = text;
      done.push(`replace ${text}`);
    },
    deploy: async ({ text }) => {
      happen('deploy');
      runs = text;
      done.push(`deploy ${text}`);
    },
    print: (line) => lines.push(line),
    now: () => new Date(2026, 10, 29, 12, 3, 14),
    shown: (name) => name,
  };
  const loop = changeLoop(ports, known ? versionOf(file) : undefined);
  const save = (text: string) => {
    file = text;
    loop.saved();
  };
  return { lines, done, save, during, runs: () => runs, idle: loop.idle, breaks: (text: string) => (runs = text) };
};

describe('each saved change is brought into the deployment', () => {
  test('code is replaced, and a line says so', async () => {
    const { save, idle, done, lines } = watching();
    save('one:b');
    await idle();
    expect(done).toEqual(['replace one:b']);
    expect(lines).toEqual(['12:03:14  file.ts: 1 function replaced in 0.0 s']);
  });

  test('several saves in one burst are one change', async () => {
    const { save, idle, done } = watching();
    for (const text of ['one:b', 'one:c', 'one:d']) save(text);
    await idle();
    expect(done).toEqual(['replace one:d']);
  });

  test('what is saved during a build is built again before anything is replaced', async () => {
    const { save, idle, done, during } = watching();
    during.make = () => save('one:c');
    save('one:b');
    await idle();
    expect(done).toEqual(['replace one:c']);
  });

  test('what is saved while code is replaced or deployed comes after it', async () => {
    const { save, idle, done, during } = watching();
    during.replace = () => save('two:c');
    during.deploy = () => save('two:d');
    save('one:b');
    await idle();
    expect(done).toEqual(['replace one:b', 'deploy two:c', 'replace two:d']);
  });

  test('an error is shown once, and the old code goes on until there is none', async () => {
    const { save, idle, done, lines } = watching();
    save('broken');
    await idle();
    save('broken');
    await idle();
    expect(done).toEqual([]);
    expect(lines).toEqual(["12:03:14  The old code goes on:\n          file.ts:1:1 - error TS1: 'broken' is no code"]);
    save('one:a');
    await idle();
    expect([done, lines.at(-1)]).toEqual([[], '12:03:14  What runs is what is saved again.']);
  });

  test('after a replacement that failed half-way, the next one replaces everything, also what looks unchanged', async () => {
    const { save, idle, done, lines, during, runs, breaks } = watching();
    during.replace = () => {
      breaks('one:b');
      throw new Error('Throttled');
    };
    save('one:b');
    await idle();
    expect(lines[0]).toContain('The old code goes on:\n          Error: Throttled');
    save('one:a');
    await idle();
    expect([done, runs()]).toEqual([['replace one:a'], 'one:a']);
  });

  test('after a deployment that failed, the code that was replaced before it runs again', async () => {
    const { save, idle, runs, during, breaks } = watching();
    save('one:b');
    await idle();
    during.deploy = () => {
      // CloudFormation rolls back to what it deployed.
      breaks('one:a');
      throw new Error('UPDATE_FAILED');
    };
    save('two:c');
    await idle();
    expect(runs()).toBe('one:b');
    save('two:c');
    await idle();
    expect(runs()).toBe('two:c');
  });

  test('where nothing is known of the running code, the first version that compiles is deployed', async () => {
    const { save, idle, done } = watching({}, false);
    save('broken');
    await idle();
    save('one:a');
    await idle();
    save('one:b');
    await idle();
    expect(done).toEqual(['deploy one:a', 'replace one:b']);
  });
});
