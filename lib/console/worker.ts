import { manifest } from '#manifest';
import { answersOf } from './answers.ts';
import { installBuffer } from './buffer.ts';

/** The worker's own scope, as far as it is used here. */
type Scope = Readonly<{
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: Readonly<{ data: unknown }>) => void): void;
}>;

/** A call of the page. */
type Asked = Readonly<{ id: unknown; call: string; args: unknown }>;

const scope = globalThis as unknown as Scope;
installBuffer();
const answers = answersOf(manifest);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

scope.addEventListener('message', async ({ data }) => {
  const { id, call, args } = data as Asked;
  try {
    const answer = Object.hasOwn(answers, call) ? answers[call] : undefined;
    if (!answer) throw new Error(`The domain's code knows no call '${call}': there are ${Object.keys(answers).join(', ')}.`);
    scope.postMessage({ id, value: await answer(args) });
  } catch (error) {
    scope.postMessage({ id, error: messageOf(error) });
  }
});
