import { signal } from '@preact/signals';
import { maySee } from './may.ts';
import { go, href } from './router.ts';
import { type Screen, screens } from './screens.ts';
import { caller } from './session.ts';

export const palette = signal(false);
export const help = signal(false);

/** The screens that the caller may see. */
export const open = (): readonly Screen[] => screens.filter((screen) => maySee(screen.who, caller.value));

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** How long after `g` the second key counts (milliseconds). */
const patience = 1_500;

/** Listens to the keys that work everywhere. */
export const listen = (): void => {
  let pressedG = 0;
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      palette.value = !palette.value;
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]'))
      return;
    if (event.key === '/') {
      event.preventDefault();
      palette.value = true;
    } else if (event.key === '?') help.value = true;
    else if (event.key === 'g') pressedG = event.timeStamp;
    else if (event.timeStamp - pressedG < patience) {
      const screen = open().find(({ key }) => key === event.key);
      pressedG = 0;
      if (screen) {
        event.preventDefault();
        go(href([screen.at]));
      }
    }
  });
};
