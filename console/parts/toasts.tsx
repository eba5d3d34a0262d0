import { signal } from '@preact/signals';

const toasts = signal<readonly Readonly<{ id: number; text: string }>[]>([]);
let last = 0;

/** Says something briefly, also to screen readers. */
export const say = (text: string): void => {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((each) => each.id !== id);
  }, 4_000);
};

export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map(({ id, text }) => (
      <div key={id}>{text}</div>
    ))}
  </div>
);
