/** The distance between the states that are kept: so many steps at most lead to any state. */
const every = 100;

/** States that follow from steps, and the state after any number of them: going back is not folding all of it again. */
export const walking = <State, Step>(steps: readonly Step[], start: State, next: (state: State, step: Step) => State) => {
  const kept: State[] = [start];
  let [at, state] = [0, start];
  return (to: number): State => {
    const nearest = Math.min(Math.floor(to / every), kept.length - 1);
    if (at > to || at < nearest * every) [at, state] = [nearest * every, kept[nearest]!];
    while (at < Math.min(to, steps.length)) {
      state = next(state, steps[at]!);
      at += 1;
      if (at % every === 0 && kept.length === at / every) kept.push(state);
    }
    return state;
  };
};
