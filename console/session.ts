import { computed, signal } from '@preact/signals';
import { client } from '../lib/client/index.ts';
import { operator } from '../lib/client/operate/index.ts';
import { apiUrl, type Config, loadConfig } from './config.ts';
import { beginSignIn, endSignIn, leave, renewed, type Tokens } from './sign-in.ts';
import { type Who, whoOf } from './token.ts';

type Session = Readonly<{ config?: Config; tokens?: Tokens; fault?: string }>;

// A tab's own: it ends with the tab, and no other site or tab reads it.
const key = 'foldstream.tokens';
const state = signal<Session>({});

export const config = computed(() => state.value.config);
export const fault = computed(() => state.value.fault);
export const who = computed(
  (): Who | undefined => state.value.tokens && whoOf(state.value.tokens.access, state.value.config?.rolesClaim),
);
/** The caller's roles, beside those that may erase persons. */
export const caller = computed(() => ({ roles: who.value?.roles ?? [], erasers: config.value?.erasers }));
export const isOperator = computed(() => who.value?.roles.includes('operator') ?? false);

const keep = (tokens: Tokens | undefined): void => {
  state.value = { ...state.value, tokens, fault: undefined };
  if (tokens) sessionStorage.setItem(key, JSON.stringify(tokens));
  else sessionStorage.removeItem(key);
};

const kept = (): Tokens | undefined => {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as Tokens);
};

const early = 60_000;
let renewing: Promise<void> | undefined;

const renew = async (): Promise<void> => {
  const { config: now, tokens } = state.value;
  if (!now || !tokens) return;
  try {
    keep((await renewed(now.signIn, tokens)) ?? tokens);
  } catch {
    keep(undefined);
  }
};

/** A token that is good for a while yet. Several callers at once wait for one renewal. */
const token = async (): Promise<string | undefined> => {
  if (who.value && who.value.until - Date.now() < early && state.value.tokens?.refresh !== undefined) {
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    await renewing;
  }
  return state.value.tokens?.access;
};

const options = { url: apiUrl(), token };
/** The operators' side of the API. */
export const ops = operator(options);
/** Commands, histories and views, by the names that the manifest has: this page knows them only when it runs. */
// biome-ignore lint/suspicious/noExplicitAny: names of any manifest.
export const api = client<any>(options) as any;

export const begin = async (): Promise<void> => {
  try {
    const loaded = await loadConfig();
    state.value = { config: loaded };
    keep((await endSignIn(loaded.signIn)) ?? kept());
  } catch (cause) {
    state.value = { ...state.value, fault: String(cause instanceof Error ? cause.message : cause) };
  }
};

export const signIn = async (): Promise<void> => {
  const now = state.value.config;
  if (!now || now.signIn.kind === 'paste') return;
  try {
    await beginSignIn(now.signIn);
  } catch (cause) {
    state.value = { ...state.value, fault: String(cause instanceof Error ? cause.message : cause) };
  }
};

/** Takes an access token that somebody pasted. */
export const take = (access: string): void => {
  whoOf(access);
  keep({ access });
};

export const signOut = async (): Promise<void> => {
  const now = state.value.config;
  keep(undefined);
  if (now) await leave(now.signIn);
};
