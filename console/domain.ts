import type { StreamCalls } from '../lib/console/stream-calls.ts';
import { ops } from './session.ts';

type Call = keyof StreamCalls;
type ArgsOf<C extends Call> = Parameters<StreamCalls[C]>[0];
type ValueOf<C extends Call> = Awaited<ReturnType<StreamCalls[C]>>;
type Answered = Readonly<{ id: number; value?: unknown; error?: string }>;

type Waiting = Readonly<{ resolve: (value: never) => void; reject: (cause: unknown) => void }>;

/** The longest that the domain's code may take for an answer: a loop without an end is ended with its worker (milliseconds). */
const patience = 30_000;

/** A worker with the domain's own code. It is business code, so it is fetched with the token; what it computes never leaves the page. */
const started = async () => {
  const script = await ops.domainScript();
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(address);
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const end = (cause: Error) => {
    worker.terminate();
    running = undefined;
    for (const { reject } of waiting.values()) reject(cause);
    waiting.clear();
  };
  worker.onmessage = ({ data: { id, value, error } }: MessageEvent<Answered>) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value as never);
    else asked?.reject(new Error(error));
  };
  worker.onerror = ({ message }) => end(new Error(`The domain's code failed in this page: ${message}`));
  return (call: string, args: unknown) =>
    new Promise<never>((resolve, reject) => {
      last += 1;
      const id = last;
      const timer = setTimeout(
        () => end(new Error(`The domain's code gave no answer to '${call}' in ${patience / 1_000} seconds, and was ended.`)),
        patience,
      );
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          then(value);
        };
      waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      worker.postMessage({ id, call, args });
    });
};

let running: ReturnType<typeof started> | undefined;

/** Asks the domain's own code, which runs beside the page. */
export const domain = async <C extends Call>(call: C, args: ArgsOf<C>): Promise<ValueOf<C>> => {
  running ??= started().catch((cause) => {
    running = undefined;
    throw cause;
  });
  return (await running)(call, args);
};
