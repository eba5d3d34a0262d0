import { beginVerify, endBuilding, failRebuild, judge, type Leading, plan } from './steps.ts';

export type LeadStep = 'plan' | 'live' | 'verify' | 'judge' | 'fail';

/** What the state machine asks of the lead: a step beside the workers'. */
export type LeadOrder = Readonly<{ step: LeadStep; rebuild: string; cause?: unknown }>;

/** What a failed state says: its error's name and, somewhere in it, what the function threw. */
const reasonOf = (cause: unknown): string => {
  if (typeof cause !== 'object' || cause === null) return `A step failed: ${String(cause)}`;
  const { Error: name, Cause } = cause as { Error?: string; Cause?: string };
  return `A step failed: ${[name, Cause].filter((part) => part !== undefined).join(': ') || JSON.stringify(cause)}`;
};

/** Takes one step of a rebuild. Answers what the machine goes by from then on. */
export const lead = async (leading: Leading, { step, rebuild, cause }: LeadOrder): Promise<object> => {
  switch (step) {
    case 'plan':
      return plan(leading, rebuild);
    case 'live':
      return endBuilding(leading, rebuild);
    case 'verify':
      await beginVerify(leading, rebuild);
      return {};
    case 'judge':
      return judge(leading, rebuild);
    case 'fail':
      return failRebuild(leading, rebuild, reasonOf(cause));
  }
};
