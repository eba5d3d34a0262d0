import type { Plan } from './plan.ts';
import { allFaults, withoutFaults } from './world/faults.ts';

type Shrunk = Readonly<{ plan: Plan; fault?: string }>;

const mostRuns = 300;

const withoutFault = (plan: Plan, fault: (typeof allFaults)[number]): Plan => {
  const { rollout, ...rest } = plan;
  const odds = withoutFaults(plan.odds, [fault]);
  return { ...rest, odds, ...(rollout && fault !== 'rollout' && { rollout }) };
};

/** Plans that are a little smaller: without a kind of fault, without some commands, with plainer commands. */
function* smaller(plan: Plan): Generator<Plan> {
  const { commands } = plan;
  for (let size = Math.ceil(commands.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < commands.length; from += size)
      yield { ...plan, commands: commands.filter((_, i) => i < from || i >= from + size) };
  for (const fault of allFaults) if (plan.odds[fault] > 0) yield withoutFault(plan, fault);
  const { rebuild, imports, ...plain } = plan;
  if (rebuild) {
    yield { ...plain, ...(imports && { imports }) };
    for (const [i] of rebuild.operations.entries())
      yield { ...plan, rebuild: { ...rebuild, operations: rebuild.operations.filter((_, j) => i !== j) } };
    const { cancelledAfter, ...uncancelled } = rebuild;
    if (cancelledAfter !== undefined) yield { ...plan, rebuild: uncancelled };
    const { returns, ...stays } = rebuild;
    if (returns) yield { ...plan, rebuild: stays };
    for (const [i] of rebuild.mendings.entries())
      yield { ...plan, rebuild: { ...rebuild, mendings: rebuild.mendings.filter((_, j) => i !== j) } };
    if (rebuild.walks.length > 0) yield { ...plan, rebuild: { ...rebuild, walks: [] } };
  }
  if (imports) yield { ...plain, ...(rebuild && { rebuild }) };
  const { subjects } = plan;
  for (const [i] of (subjects?.erasures ?? []).entries())
    yield { ...plan, subjects: { ...subjects!, erasures: subjects!.erasures.filter((_, j) => i !== j) } };
  if (subjects && subjects.rotations.length > 0) yield { ...plan, subjects: { ...subjects, rotations: [] } };
  for (const [i, command] of commands.entries())
    if (command.twin || command.repeats > 0 || command.reads) {
      const plain = { ...command, twin: false, repeats: 0, reads: false };
      yield { ...plan, commands: commands.map((each, j) => (i === j ? plain : each)) };
    }
}

/** The smallest plan that still breaks a promise, as far as a bounded number of runs finds it. */
export const shrink = async (plan: Plan, faultOf: (plan: Plan) => Promise<string | undefined>): Promise<Shrunk> => {
  let best: Shrunk = { plan };
  let runs = 0;
  for (let found = true; found && runs < mostRuns; ) {
    found = false;
    for (const candidate of smaller(best.plan)) {
      if (runs++ >= mostRuns) break;
      const fault = await faultOf(candidate);
      if (fault === undefined) continue;
      best = { plan: candidate, fault };
      found = true;
      break;
    }
  }
  return best;
};
