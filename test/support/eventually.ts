import { patience } from './patience.ts';

/** Between two questions (milliseconds), unless the caller says how often: over HTTP each takes the engine's processor time. */
const longestPause = 1_000;

/** Asks again until the answer is good, or the deadline passes: then the last answer says what was wrong. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
  { deadline = patience, every }: Readonly<{ deadline?: number; every?: number }> = {},
): Promise<T> => {
  const until = Date.now() + deadline;
  for (let pause = every ?? 50; ; pause = every ?? Math.min(1.5 * pause, longestPause)) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (Date.now() > until)
      throw new Error(`Not within ${deadline} ms; the last answer was ${JSON.stringify(answer).slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
};
