import { useEffect, useRef, useState } from 'preact/hooks';
import type { Stepped, Through } from '../../../lib/console/through.ts';
import { domain } from '../../domain.ts';

/** Runs one thing at a time. Of those that come meanwhile only the newest is run after it: whoever is quicker than the answers waits for one of them. */
const oneAtATime = () => {
  let isRunning = false;
  let next: (() => Promise<void>) | undefined;
  return async (run: () => Promise<void>): Promise<void> => {
    next = run;
    if (isRunning) return;
    isRunning = true;
    while (next) {
      const now: () => Promise<void> = next;
      next = undefined;
      await now();
    }
    isRunning = false;
  };
};

type Answered<T> = Readonly<{ value?: T; error?: unknown }>;

/** What is answered about the place that one looks at, each in its turn; what was there stays until then. */
export const useNewest = <T>(read: (() => Promise<T>) | undefined, dependencies: readonly unknown[]): Answered<T> => {
  const [answered, setAnswered] = useState<Answered<T>>({});
  const [queue] = useState(oneAtATime);
  const isThere = useRef(true);
  const show = (answer: Answered<T>) => {
    if (isThere.current) setAnswered(answer);
  };
  useEffect(() => {
    if (read)
      queue(() =>
        read().then(
          (value) => show({ value }),
          (error: unknown) => show({ error }),
        ),
      );
  }, dependencies);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  return answered;
};

type Step = Stepped & Readonly<{ commit: number; events: readonly object[] }>;

/** A step through some code of the domain, with the commit that it is the step of: the one before for as long as the next is not there. */
export const useStep = (
  through: Pick<Through, 'kind' | 'name'> | undefined,
  commit: number,
  loaded: number,
): Readonly<{ step?: Step; error?: unknown }> => {
  const isThere = through !== undefined && commit <= loaded && loaded > 0;
  const read = async () => {
    const { kind, name } = through!;
    return { ...(await domain('step', { kind, name, commit })), commit };
  };
  const { value, error } = useNewest(isThere ? read : undefined, [through?.kind, through?.name, commit, loaded]);
  return { ...(value && { step: value }), error };
};
