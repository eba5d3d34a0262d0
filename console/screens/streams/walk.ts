import { useEffect, useRef, useState } from 'preact/hooks';
import type { Stepped, Through } from '../../../lib/console/through.ts';
import { domain } from '../../domain.ts';

type Walked = Readonly<{ step?: Stepped & Readonly<{ events: readonly object[] }>; error?: unknown }>;

/** A step through some code of the domain; what was there stays until the next one comes, and answers that come too late are dropped. */
export const useStep = (through: Pick<Through, 'kind' | 'name'> | undefined, commit: number, loaded: number): Walked => {
  const [walked, setWalked] = useState<Walked>({});
  const newest = useRef(0);
  useEffect(() => {
    newest.current += 1;
    const turn = newest.current;
    if (!through || commit > loaded || loaded === 0) return;
    domain('step', { kind: through.kind, name: through.name, commit }).then(
      (step) => turn === newest.current && setWalked({ step }),
      (error: unknown) => turn === newest.current && setWalked({ error }),
    );
  }, [through?.kind, through?.name, commit, loaded]);
  return walked;
};
