import { useState } from 'preact/hooks';
import { open, palette } from '../keys.ts';
import { go, href } from '../router.ts';
import { isOperator } from '../session.ts';
import { Dialog } from './dialog.tsx';
import { found, type Place } from './palette-entries.ts';

const hint = (): string => (isOperator.value ? 'A screen, a stream such as account-7f3a, or a correlation id' : 'A screen');

const placesOf = (): readonly Place[] => open().map(({ at, name, about }) => ({ name, about, to: href([at]) }));

const Open = () => {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const all = found(placesOf(), text, isOperator.value);
  const close = () => (palette.value = false);
  const choose = (one: Place | undefined) => {
    if (!one) return;
    close();
    go(one.to);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setAt((at + by + all.length) % Math.max(1, all.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(all[at]);
    }
  };
  return (
    <Dialog label="Find or go to" class="palette" close={close}>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={all[at] ? `palette-${at}` : undefined}
        aria-label={hint()}
        placeholder={hint()}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div class="list" id="palette-list" role="listbox" aria-label="Places">
        {all.map((one, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys.
          <div
            class="choice"
            key={one.to}
            id={`palette-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            onClick={() => choose(one)}
          >
            <span>{one.name}</span>
            <span class="dim">{one.about}</span>
          </div>
        ))}
      </div>
    </Dialog>
  );
};

export const Palette = () => (palette.value ? <Open /> : null);
