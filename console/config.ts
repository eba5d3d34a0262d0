import type { ConsoleConfig } from '../lib/core/operate/console.ts';

export type { ConsoleConfig as Config, SignIn } from '../lib/core/operate/console.ts';

/** The page is at `<API>/console/index.html`; while it is developed its server has the API below `/api`. */
export const apiUrl = (): string =>
  import.meta.env.DEV ? `${location.origin}/api` : new URL('..', location.href).href.replace(/\/$/, '');

/** Hosted pages send people back to the deployed page alone: the one that is being developed takes a pasted token. */
const pasting = { signIn: { kind: 'paste' } } as const;

export const loadConfig = async (): Promise<ConsoleConfig> => {
  const answer = await fetch(import.meta.env.DEV ? '/api/console/config.json' : './config.json', { cache: 'no-cache' });
  if (!answer.ok)
    throw new Error(`The deployment did not tell its console how to sign in: config.json was answered with ${answer.status}.`);
  return { ...((await answer.json()) as ConsoleConfig), ...(import.meta.env.DEV && pasting) };
};
