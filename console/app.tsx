import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Door } from './door.tsx';
import icon from './icon.svg';
import { help, open, palette } from './keys.ts';
import { Help } from './parts/help.tsx';
import { Palette } from './parts/palette.tsx';
import { Loading, ProblemNotice } from './parts/states.tsx';
import { inUtc, turnTimes } from './parts/time.tsx';
import { Toasts } from './parts/toasts.tsx';
import { href, place } from './router.ts';
import { type Screen, type ScreenProps, screens } from './screens.ts';
import { config, fault, isOperator, signOut, who } from './session.ts';
import { theme, turnTheme } from './theme.ts';

const loaded = signal<ReadonlyMap<string, ComponentType<ScreenProps>>>(new Map());

/** A screen, once its code is there. */
const Shown = ({ screen }: Readonly<{ screen: Screen }>) => {
  const [failed, setFailed] = useState<unknown>();
  const Component = loaded.value.get(screen.at);
  useEffect(() => {
    document.title = `${screen.name} · ${config.value?.app ?? 'Foldstream'} ${config.value?.stage ?? ''}`;
    setFailed(undefined);
    if (!loaded.value.has(screen.at))
      screen
        .load()
        .then((module) => {
          loaded.value = new Map(loaded.value).set(screen.at, module.default);
        })
        .catch(setFailed);
  }, [screen]);
  if (failed !== undefined) return <ProblemNotice problem={failed} />;
  if (!Component) return <Loading />;
  const { path, query } = place.value;
  return <Component path={path.slice(1)} query={query} />;
};

/** The screens. In a narrow window they are a line, of which the current one is moved into sight. */
const Rail = ({ now }: Readonly<{ now: Screen | undefined }>) => {
  const rail = useRef<HTMLElement>(null);
  useEffect(() => {
    // Elsewhere nothing is out of sight, and to ask where something is makes the browser lay out the whole page.
    if (!matchMedia('(max-width: 760px)').matches) return;
    rail.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [now]);
  return (
    <nav class="rail" aria-label="Screens" ref={rail}>
      <a class="brand" href={href([])}>
        <img src={icon} alt="" width="22" height="22" />
        Foldstream
      </a>
      {open().map((screen) => (
        <a key={screen.at} class="place" href={href([screen.at])} aria-current={screen === now ? 'page' : undefined}>
          {screen.name}
          <kbd class="key">g {screen.key}</kbd>
        </a>
      ))}
      <div class="foot">
        <button type="button" class="button is-plain" onClick={turnTheme}>
          Theme: {theme.value}
        </button>
        <button type="button" class="button is-plain" onClick={turnTimes}>
          Times: {inUtc.value ? 'UTC' : 'local'}
        </button>
        <button type="button" class="button is-plain" onClick={() => (help.value = true)}>
          Keys <kbd>?</kbd>
        </button>
      </div>
    </nav>
  );
};

const Head = () => (
  <header class="head">
    <span class={config.value?.isProtected ? 'stage is-protected' : 'stage'}>
      {config.value?.app} · {config.value?.stage}
      {config.value?.isProtected && isOperator.value ? ': every change asks for a reason' : ''}
    </span>
    <span class="spring" />
    <button type="button" class="find" onClick={() => (palette.value = true)}>
      Find or go to <kbd class="spread">Ctrl K</kbd>
    </button>
    <span class="dim" title={who.value?.id}>
      {who.value?.name}
      {who.value && who.value.roles.length > 0 ? ` (${who.value.roles.join(', ')})` : ''}
    </span>
    <button type="button" class="button" onClick={signOut}>
      Sign out
    </button>
  </header>
);

/** There is no screen at the address, or none for the caller's roles. */
const Nowhere = ({ at }: Readonly<{ at: string | undefined }>) => {
  const isForOthers = screens.some((each) => each.at === at);
  return (
    <div class="screen">
      <h1>{isForOthers ? 'This screen is for other roles than yours' : 'There is no such page'}</h1>
      <p>
        {isForOthers
          ? 'Whoever gives roles in this deployment can give you one that sees it; sign in again then, since a token keeps the roles that it was given with. '
          : 'No screen that you may see has this address. '}
        <a href={href([])}>Begin here</a>, or press <kbd>Ctrl K</kbd>.
      </p>
    </div>
  );
};

/** The console: a door for those who are not signed in, and for others the screens that their roles may see. */
export const App = () => {
  if (!who.value) return <Door />;
  const mine = open();
  const [at] = place.value.path;
  const screen = at === undefined ? mine[0] : mine.find((each) => each.at === at);
  return (
    <div class="shell">
      <Rail now={screen} />
      <Head />
      <main class="main" tabIndex={-1}>
        {fault.value !== undefined && <ProblemNotice problem={fault.value} />}
        {screen ? <Shown key={screen.at} screen={screen} /> : <Nowhere at={at} />}
      </main>
      <Palette />
      <Help />
      <Toasts />
    </div>
  );
};
