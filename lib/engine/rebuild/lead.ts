import { beginVerify, endBuilding, failRebuild, judge, type Leading, plan } from './steps.ts';

export type LeadStep = 'plan' | 'live' | 'verify' | 'judge' | 'fail';

/** A request of the state machine to the lead: one of the steps beside the workers'. */
export type LeadOrder = Readonly<{ step: LeadStep; rebuild: string; cause?: unknown }>;

/** The reason in a failed state: its error's name and, somewhere in it, the exception of the function. */
const reasonOf = (cause: unknown): string => {
  if (typeof cause !== 'object' || cause === null) return `A step failed: ${String(cause)}`;
  const { Error: name, Cause } = cause as { Error?: string; Cause?: string };
  return `A step failed: ${[name, Cause].filter((part) => part !== undefined).join(': ') || JSON.stringify(cause)}`;
};

/** Takes one step of a rebuild. Answers the input of the machine's next states. */
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
