import type { ComponentChildren } from 'preact';

export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'off';

/** A state in a word, with a colour that says no more than the word. */
export const Badge = ({ tone, children }: Readonly<{ tone: Tone; children: ComponentChildren }>) => (
  <span class={`badge is-${tone}`}>{children}</span>
);
