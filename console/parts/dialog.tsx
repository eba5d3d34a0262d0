import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type Props = Readonly<{ label: string; class?: string; close: () => void; children: ComponentChildren }>;

/** A dialog above the page while it is there: it has the focus, Escape closes it, and the focus goes back to where it was. */
export const Dialog = ({ label, class: kind = 'dialog', close, children }: Props) => {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog, by `onCancel`.
    <dialog
      ref={element}
      class={kind}
      aria-label={label}
      onCancel={close}
      onClick={(event) => event.target === element.current && close()}
    >
      {children}
    </dialog>
  );
};
