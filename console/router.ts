import { signal } from '@preact/signals';

/** Where one is: the segments of the address and its query. All of it is in the fragment, which no server and no log sees. */
export type Place = Readonly<{ path: readonly string[]; query: URLSearchParams }>;

export type QueryChange = Readonly<Record<string, string | number | undefined>>;

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The place that a fragment names. */
export const placeOf = (fragment: string): Place => {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
};

/** The fragment of a place. */
export const href = (path: readonly (string | number)[], query: QueryChange | URLSearchParams = {}): string => {
  const all = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (!(query instanceof URLSearchParams))
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') all.set(name, String(value));
  const segments = path.map((segment) => encodeURIComponent(segment)).join('/');
  return `#/${segments}${all.size === 0 ? '' : `?${all}`}`;
};

export const place = signal<Place>(placeOf(globalThis.location?.hash ?? ''));

/** How far each place was scrolled, so that going back finds it as it was left. */
const scrolled = new Map<string, number>();
const scroller = () => document.querySelector('main');

const arrive = (fragment: string): void => {
  const before = place.value.path.join('/');
  place.value = placeOf(fragment);
  // As a page that is loaded would: the next Tab goes to what is first on it, and screen readers begin there.
  if (place.value.path.join('/') !== before) scroller()?.focus({ preventScroll: true });
  const to = scrolled.get(fragment);
  const until = performance.now() + 2_000;
  // The place loads first: its height is there only then.
  const restore = () => {
    const main = scroller();
    if (!main || location.hash !== fragment) return;
    main.scrollTop = to ?? 0;
    if (to !== undefined && Math.abs(main.scrollTop - to) > 1 && performance.now() < until) requestAnimationFrame(restore);
  };
  requestAnimationFrame(restore);
};

let current = '';

/** Goes to a fragment that `href` made. */
export const go = (fragment: string, { replace = false }: Readonly<{ replace?: boolean }> = {}): void => {
  if (replace) {
    history.replaceState(null, '', fragment);
    current = fragment;
    place.value = placeOf(fragment);
  } else location.hash = fragment;
};

/** Changes the query of the present place: neither a step of the browser's history nor a lost scroll. */
export const setQuery = (change: QueryChange): void => {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(change))
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, String(value));
  go(href(place.value.path, query), { replace: true });
};

/** Follows the address from now on. */
export const follow = (): void => {
  current = location.hash;
  place.value = placeOf(current);
  addEventListener('hashchange', () => {
    scrolled.set(current, scroller()?.scrollTop ?? 0);
    current = location.hash;
    arrive(current);
  });
};
