import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { config } from '../../session.ts';
import { Dialog } from '../dialog.tsx';
import { Field } from '../field.tsx';
import { say } from '../toasts.tsx';
import { askEach, type Progress } from './many.ts';

type Props<Item> = Readonly<{
  /** What is done, as the button says it. */
  title: string;
  children?: ComponentChildren;
  items: readonly Item[];
  nameOf: (item: Item) => string;
  act: (item: Item, why: string) => Promise<unknown>;
  needsWhy?: boolean;
  isDanger?: boolean;
  /** It is told whether anything was done. */
  close: (wasDone: boolean) => void;
}>;

const messageOf = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));

const Shown = <Item,>({ progress, nameOf }: Readonly<{ progress: Progress<Item>; nameOf: (item: Item) => string }>) => {
  const { total, done, failed } = progress;
  return (
    <div class="stack" role="status">
      <progress max={total} value={done.length + failed.length} aria-label="Progress" />
      <span>
        {done.length} of {total} done{failed.length > 0 ? `, ${failed.length} failed` : ''}
      </span>
      {failed.length > 0 && (
        <ul class="failed">
          {failed.map(({ item, problem }) => (
            <li key={nameOf(item)}>
              <strong class="mono">{nameOf(item)}</strong>: {messageOf(problem)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** Asks before something is done to each of many things; shows how far it is, and which ones failed. What failed can be tried again. */
export const Many = <Item,>({ title, children, items, nameOf, act, needsWhy = false, isDanger = false, close }: Props<Item>) => {
  const [why, setWhy] = useState('');
  const [left, setLeft] = useState(items);
  const [progress, setProgress] = useState<Progress<Item>>();
  const [isBusy, setBusy] = useState(false);
  const [wasDone, setWasDone] = useState(false);
  const asks = needsWhy || config.value?.isProtected === true;
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProgress({ total: left.length, done: [], failed: [] });
    const ended = await askEach(left, (item) => act(item, why.trim()), setProgress);
    setBusy(false);
    setWasDone(wasDone || ended.done.length > 0);
    if (ended.failed.length > 0) return setLeft(ended.failed.map(({ item }) => item));
    say(`${title}: asked for ${ended.done.length === 1 ? nameOf(ended.done[0]!) : `all ${ended.done.length}`}`);
    close(true);
  };
  const names = left.slice(0, 5).map(nameOf);
  return (
    <Dialog label={title} close={() => !isBusy && close(wasDone)}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        {children}
        <p>
          {left.length === 1 ? 'For ' : `For these ${left.length}: `}
          <span class="mono">{names.join(', ')}</span>
          {left.length > names.length ? ' …' : ''}
        </p>
        {asks && (
          <Field label="Why" hint="It is kept in the history, with your name.">
            <input required maxLength={500} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
          </Field>
        )}
        {progress && <Shown progress={progress} nameOf={nameOf} />}
        <div class="row">
          <button type="submit" class={isDanger ? 'button is-danger' : 'button is-main'} disabled={isBusy}>
            {isBusy ? 'Working…' : progress ? 'Try those that failed again' : title}
          </button>
          <button type="button" class="button" disabled={isBusy} onClick={() => close(wasDone)}>
            {progress ? 'Close' : 'Cancel'}
          </button>
        </div>
      </form>
    </Dialog>
  );
};
