import * as z from 'zod';
import { account } from '../../../domains/account/decider.ts';
import { type AnyDecider, command } from '../../../lib/core/decider.ts';

const money = z.strictObject({ amount: z.int().positive(), currency: z.string() });
const everybody = ['owner', 'operator', 'process'] as const;

/** The reference account, with processes let in and a command that comes to nothing. */
export const teller: AnyDecider = {
  ...(account as AnyDecider),
  commands: {
    Open: command([...everybody], z.strictObject({ currency: z.string() })),
    Deposit: command([...everybody], money),
    Withdraw: command([...everybody], money),
    Close: command([...everybody], z.strictObject({ reason: z.string() })),
    Glance: command([...everybody], z.strictObject({})),
  },
  decide: { ...(account as AnyDecider).decide, Glance: () => [] },
};
