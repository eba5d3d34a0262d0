import type { Page } from 'playwright-core';

/** What a page did since it was asked last. None of it is a time. */
export type Seen = Readonly<{
  /** The most commits in a message to the worker. */
  handed: number;
  /** The most steps that the worker was asked for and had not answered. */
  asked: number;
  /** All steps that it was asked for. */
  steps: number;
  /** The most commits that were on the page. */
  rows: number;
  /** All rows that were put into tables. */
  drawn: number;
  /** Questions about sizes and places, each of which makes the browser lay out what changed at once. */
  layouts: number;
  /** Questions about how far something is scrolled that no scroll had just made free of charge. */
  scrolls: number;
}>;

/** Runs before the page's own code and counts. `globalThis.held` keeps the worker from seeing any step until it is released. */
export const watching = `(() => {
  const seen = { handed: 0, asked: 0, steps: 0, rows: 0, drawn: 0, layouts: 0, scrolls: 0 };
  const open = new Set();
  const drawn = new WeakSet();
  let held;
  globalThis.hold = () => { held = []; };
  globalThis.release = () => { for (const send of held.splice(0)) send(); held = undefined; };
  globalThis.seenSince = () => { const now = { ...seen }; for (const name in seen) seen[name] = 0; return now; };
  const { Worker } = globalThis;
  const post = Worker.prototype.postMessage;
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      // Before the page's own: it asks on as soon as it has the answer.
      this.addEventListener('message', ({ data }) => open.delete(data.id));
    }
  };
  Worker.prototype.postMessage = function (message, ...more) {
    if (message.call === 'addCommits') seen.handed = Math.max(seen.handed, message.args.commits.length);
    if (message.call !== 'step') return post.call(this, message, ...more);
    open.add(message.id);
    seen.steps += 1;
    seen.asked = Math.max(seen.asked, open.size);
    if (held) held.push(() => post.call(this, message, ...more));
    else post.call(this, message, ...more);
  };
  new MutationObserver(() => {
    seen.rows = Math.max(seen.rows, document.querySelectorAll('.commit').length);
    for (const row of document.querySelectorAll('tbody tr')) {
      if (!drawn.has(row)) seen.drawn += 1;
      drawn.add(row);
    }
  }).observe(document, { childList: true, subtree: true });
  const counting = (type, name, count) => {
    const { get, set } = Object.getOwnPropertyDescriptor(type.prototype, name);
    Object.defineProperty(type.prototype, name, { configurable: true, set, get() { count(); return get.call(this); } });
  };
  for (const name of ['clientHeight', 'clientWidth', 'clientTop', 'scrollHeight', 'scrollWidth'])
    counting(Element, name, () => { seen.layouts += 1; });
  for (const name of ['offsetHeight', 'offsetWidth', 'offsetTop', 'offsetLeft'])
    counting(HTMLElement, name, () => { seen.layouts += 1; });
  for (const name of ['getBoundingClientRect', 'getClientRects', 'scrollIntoView']) {
    const was = Element.prototype[name];
    Element.prototype[name] = function (...args) { seen.layouts += 1; return was.apply(this, args); };
  }
  counting(Element, 'scrollTop', () => { if (globalThis.event?.type !== 'scroll') seen.scrolls += 1; });
})();`;

/** What the page did since the last time. */
export const seenSince = (page: Page): Promise<Seen> => page.evaluate('seenSince()');
