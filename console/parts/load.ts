import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export type Loaded<T> = Readonly<{
  value?: T;
  error?: unknown;
  isLoading: boolean;
  reload: () => void;
}>;

/** Loads something, again when a dependency changes; what was there stays until the new one comes. Answers that come too late are dropped. */
export const useLoad = <T>(read: () => Promise<T>, dependencies: readonly unknown[]): Loaded<T> => {
  const [state, setState] = useState<Readonly<{ value?: T; error?: unknown; isLoading: boolean }>>({ isLoading: true });
  const newest = useRef(0);
  const reload = useCallback(() => {
    newest.current += 1;
    const turn = newest.current;
    setState((before) => ({ ...before, isLoading: true }));
    read().then(
      (value) => turn === newest.current && setState({ value, isLoading: false }),
      (error: unknown) => turn === newest.current && setState((before) => ({ ...before, error, isLoading: false })),
    );
  }, dependencies);
  useEffect(reload, [reload]);
  return { ...state, reload };
};

/** The same, once more every so often while the page is seen; not again where there is no time for it. */
export const usePoll = <T>(
  read: () => Promise<T>,
  milliseconds: number | undefined,
  dependencies: readonly unknown[],
): Loaded<T> => {
  const loaded = useLoad(read, dependencies);
  const { reload } = loaded;
  useEffect(() => {
    if (milliseconds === undefined) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), milliseconds);
    return () => clearInterval(timer);
  }, [reload, milliseconds]);
  return loaded;
};

/** The same, until what was read is over. */
export const usePollUntil = <T>(
  isOver: (value: T) => boolean,
  read: () => Promise<T>,
  milliseconds: number,
  dependencies: readonly unknown[],
): Loaded<T> => {
  const [wasOver, setOver] = useState(false);
  const noting = async () => {
    const value = await read();
    setOver(isOver(value));
    return value;
  };
  return usePoll(noting, wasOver ? undefined : milliseconds, dependencies);
};
