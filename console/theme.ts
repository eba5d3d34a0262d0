import { effect, signal } from '@preact/signals';

const key = 'foldstream.theme';
const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const kept = (): Theme => themes.find((each) => each === localStorage.getItem(key)) ?? 'auto';

export const theme = signal<Theme>(kept());

/** Keeps the page in the chosen theme; `auto` is the system's. */
export const followTheme = (): void => {
  effect(() => {
    localStorage.setItem(key, theme.value);
    if (theme.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
};

export const turnTheme = (): void => {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
};
