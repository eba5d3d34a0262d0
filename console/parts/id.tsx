import { href } from '../router.ts';
import { say } from './toasts.tsx';

/** Copies a text and says so. */
export const copy = async (text: string, what = text): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}`);
  } catch {
    say('The browser does not let this page copy: select the text and copy it.');
  }
};

/** An id, which a click copies. */
export const Id = ({ value, short = false }: Readonly<{ value: string; short?: boolean }>) => (
  <button type="button" class="id" title={`Copy ${value}`} onClick={() => copy(value)}>
    {short && value.length > 18 ? `${value.slice(0, 8)}…${value.slice(-4)}` : value}
  </button>
);

/** A correlation id with a link to its trace, for operators. */
export const Correlation = ({ of, short = true }: Readonly<{ of: string; short?: boolean }>) => (
  <span class="correlation">
    <Id value={of} short={short} />{' '}
    <a href={href(['traces', of])} aria-label={`The trace of ${of}`}>
      trace
    </a>
  </span>
);
