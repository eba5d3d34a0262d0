type Revision = Readonly<{ name: string; revision: number }>;

/** What a revision of a view is called by its code, its records and its operators.
 * @example revisionKey({ name: 'account-balance', revision: 2 }); // 'account-balance.r2'
 */
export const revisionKey = ({ name, revision }: Revision): string => `${name}.r${revision}`;

/** The name of a revision's table, and of its queue, in a stack. It follows from what every function knows, since a function's variables have 4 KB
 * together: lists of names filled them with a dozen views.
 * @example revisionName('foldstream-prod', { name: 'account-balance', revision: 2 }); // 'foldstream-prod-account-balance-r2'
 */
export const revisionName = (stack: string, { name, revision }: Revision): string => `${stack}-${name}-r${revision}`;

/** The name of a process's queue in a stack.
 * @example processName('foldstream-prod', { category: 'transferProcess' }); // 'foldstream-prod-transferProcess'
 */
export const processName = (stack: string, { category }: Readonly<{ category: string }>): string => `${stack}-${category}`;

/** As many characters as the name of a queue may have.
 * @example if (name.length > longestName) throw new Error(`${name} is too long.`);
 */
export const longestName = 80;

/** The secrets of a deployment, by what each is for: the keys of their items in the control table. Each deployment sees that all of them are there, and no
 * function but that of the deployment may write them. Stored format of 2026-11: `id`, and `secret` with 32 bytes.
 * @example const { digests } = secretIds; // 'secret'
 */
export const secretIds = {
  /** Keys the digests of idempotent commands, the names of unique values and the seals of consistency tokens. */
  digests: 'secret',
  /** Keys the proofs that what travels between the functions carries. `previous` beside `secret` holds as well, while they are changed. */
  proofs: 'secret/proofs',
} as const;

/** What a secret is for.
 * @example const name: SecretName = 'digests';
 */
export type SecretName = keyof typeof secretIds;

/** What entries of the bus name as their source: each function may put those of its own source alone, and the rules of consumers match that of commits.
 * @example const pattern = { source: [busSources.commits], detailType: ['account.commit'] };
 */
export const busSources = { commits: 'foldstream.commits', publicEvents: 'foldstream' } as const;
