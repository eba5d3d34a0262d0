import { RunError, run } from '../terminal/run.ts';
import { UserError } from '../terminal/user-error.ts';

const candidates = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

// Prints one line: the version, and `whole` if virtual environments can be made (Debian splits that module off).
const probe = `import sys
v = '%d.%d' % sys.version_info[:2]
try:
    import venv, ensurepip
    print(v + ' whole')
except ImportError:
    print(v + ' bare')
`;

/** The command of a Python that can run the local cloud, or the error that says why there is none. */
export async function findPython(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string | UserError> {
  let old: string | undefined;
  let bare: string | undefined;
  for (const command of candidates) {
    const answer = await ask(command, env, signal);
    const match = /^(\d+)\.(\d+) (whole|bare)$/m.exec(answer);
    if (!match) continue;
    const [, major, minor, state] = match;
    const version = `${major}.${minor}`;
    if (Number(major) !== 3 || Number(minor) < 10) old ??= version;
    else if (state === 'bare') bare ??= version;
    else return command;
  }
  return complaint(old, bare);
}

function complaint(old: string | undefined, bare: string | undefined): UserError {
  if (bare) {
    const hint = 'Install it (on Debian and Ubuntu: apt install python3-venv), then start again.';
    return new UserError(`The local cloud needs Python's venv module, which Python ${bare} here lacks.`, hint);
  }
  const found = old ? `only Python ${old} was found` : 'none was found';
  const hint = 'Install Python 3, or start Docker, or set AWS_ENDPOINT_URL to a local cloud that runs already.';
  return new UserError(`The local cloud needs Python 3.10 or newer, and ${found}.`, hint);
}

async function ask(command: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  try {
    return await run(command, ['-c', probe], { env, signal });
  } catch (error) {
    if (error instanceof RunError) return '';
    throw error;
  }
}
