import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

const ways: Readonly<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Where a key leads among so many things, from the one that has the focus (-1: none of them has). */
export const nextOf = (count: number, at: number, way: number): number =>
  at < 0 ? (way > 0 ? 0 : count - 1) : Math.min(count - 1, Math.max(0, at + way));

const isTyping = (element: Element | null): boolean => element?.matches('input:not([type=checkbox]),textarea,select') ?? false;

/**
 * Lets the keys j and k, and the arrows, go through the things in an element that a selector finds. j and k do so from anywhere on the page if it is the
 * first such list on it; arrows, which scroll, only from within.
 */
export const useWalk = (list: RefObject<HTMLElement | null>, selector: string): void => {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const way = ways[event.key];
      const element = list.current;
      if (way === undefined || !element || event.ctrlKey || event.metaKey || event.altKey) return;
      const active = document.activeElement;
      const isWithin = element.contains(active);
      const isFirst = document.querySelector('[data-walk]') === element;
      if (isTyping(active) || document.querySelector('dialog[open]') || !(isWithin || (isFirst && event.key.length === 1)))
        return;
      const all = [...element.querySelectorAll<HTMLElement>(selector)];
      const at = all.findIndex((each) => each.contains(active));
      all[nextOf(all.length, at, way)]?.focus();
      event.preventDefault();
    };
    list.current?.setAttribute('data-walk', '');
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [selector]);
};
