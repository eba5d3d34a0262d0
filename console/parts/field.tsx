import type { ComponentChildren } from 'preact';

type Props = Readonly<{ label: string; hint?: string | undefined; fault?: string | undefined; children: ComponentChildren }>;

/** An input with its label, a hint and what is wrong with it. */
export const Field = ({ label, hint, fault, children }: Props) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
  <label class="field">
    <span>{label}</span>
    {children}
    {hint !== undefined && <small>{hint}</small>}
    {fault !== undefined && (
      <small class="fault" role="alert">
        {fault}
      </small>
    )}
  </label>
);
