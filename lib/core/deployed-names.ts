type Revision = Readonly<{ name: string; revision: number }>;

/**
 * The key of a view's revision in code, records and operators' output.
 * @example revisionKey({ name: 'account-balance', revision: 2 }); // 'account-balance.r2'
 */
export const revisionKey = ({ name, revision }: Revision): string => `${name}.r${revision}`;

/**
 * The name of a revision's table and queue in a stack. It is derived from values that every function knows: lists of names would fill a function's
 * variables (4 KB) with a dozen views.
 * @example revisionName('foldstream-prod', { name: 'account-balance', revision: 2 }); // 'foldstream-prod-account-balance-r2'
 */
export const revisionName = (stack: string, { name, revision }: Revision): string => `${stack}-${name}-r${revision}`;

/** The name of the queue of a group of views in a stack. No revision's ends like it.
 * @example groupQueueName('foldstream-prod', 'desk'); // 'foldstream-prod-desk-group'
 */
export const groupQueueName = (stack: string, group: string): string => `${stack}-${group}-group`;

/** The name of a process's queue in a stack.
 * @example processName('foldstream-prod', { category: 'transferProcess' }); // 'foldstream-prod-transferProcess'
 */
export const processName = (stack: string, { category }: Readonly<{ category: string }>): string => `${stack}-${category}`;

/** The name of a schedule's queue, and of what triggers it, in a stack.
 * @example scheduleName('foldstream-prod', 'monthlyStatement'); // 'foldstream-prod-monthlyStatement-schedule'
 */
export const scheduleName = (stack: string, name: string): string => `${stack}-${name}-schedule`;

/**
 * The most characters of a queue's name.
 * @example if (name.length > longestName) throw new Error(`${name} is too long.`);
 */
export const longestName = 80;

/**
 * The secrets of a deployment, by purpose: the keys of their items in the control table. Each deployment makes the missing ones, and only the
 * deployment's function may write them. Stored format of 2026-11: `id`, and `secret` with 32 bytes.
 * @example const { digests } = secretIds; // 'secret'
 */
export const secretIds = {
  /**
   * Keys the names of unique values, the idempotency keys of effects and the seals of consistency tokens, and cannot be changed. Beside it are the keys of the digests of
   * idempotent commands: `commands` (until there is one, `secret`), `commandsBefore` and `commandsNext`, which can.
   */
  digests: 'secret',
  /** Keys the proofs that messages between the functions carry. `previous` is valid beside `secret` during a rotation. */
  proofs: 'secret/proofs',
  /** Signs the records of purges. */
  purges: 'secret/purges',
} as const;

/**
 * The purpose of a secret.
 * @example const name: SecretName = 'digests';
 */
export type SecretName = keyof typeof secretIds;

/**
 * The sources of entries on the bus: each function may put entries of its own source only, and the rules of consumers match that of commits.
 * @example const pattern = { source: [busSources.commits], detailType: ['account.commit'] };
 */
export const busSources = { commits: 'foldstream.commits', publicEvents: 'foldstream' } as const;

/** The resource server of the user pool whose scopes are the roles of machines: Cognito grants a client scopes, and no groups.
 * @example `${roleServer}/auditor`; // 'roles/auditor'
 */
export const roleServer = 'roles';
