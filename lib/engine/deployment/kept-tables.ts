/** The tables that hold what cannot be made again: each may be one that was there before, such as a restored one. */
export const keptTables = ['commits', 'control', 'deadlines', 'publicEvents'] as const;
export type KeptTable = (typeof keptTables)[number];

/**
 * The properties of a table that a deployment checks before it uses the table. A restored table lacks what its source was given beside
 * items, keys and indexes.
 */
export type TableFacts = Readonly<{
  /** No other table ever has it, also of the same name. */
  id: string;
  /** The names and types of its keys, the partition's first: `stream S, commit N`. */
  keys: string;
  indexes: readonly string[];
  /** The ARN of its stream, where one is on that carries new and old images. */
  stream?: string;
  recovery: boolean;
  protected: boolean;
}>;

type Wanted = Readonly<{ keys: string; index?: string; stream: boolean }>;

const wanted: Readonly<Record<KeptTable, Wanted>> = {
  commits: { keys: 'stream S, commit N', stream: true },
  control: { keys: 'id S', index: 'due', stream: false },
  deadlines: { keys: 'partition S, place S', stream: false },
  publicEvents: { keys: 'key S, sort S', index: 'parked', stream: false },
};

/** The name of each table in the context of a deployment: `-c commitsTable=<name>`. */
export const contextOf = <T extends KeptTable>(table: T): `${T}Table` => `${table}Table`;

/** The missing properties of a table, and whether they can be added: without its keys and indexes, which a restore brings, it is another table. */
export const lackingIn = (
  table: KeptTable,
  { keys, indexes, stream, recovery, protected: isProtected }: TableFacts,
  { protect }: Readonly<{ protect: boolean }>,
): Readonly<{ wrong: readonly string[]; missing: readonly string[] }> => {
  const { keys: rightKeys, index, stream: needsStream } = wanted[table];
  return {
    wrong: [
      ...(keys === rightKeys ? [] : [`its keys are ${keys} instead of ${rightKeys}`]),
      ...(index === undefined || indexes.includes(index) ? [] : [`it has no index ${index}`]),
    ],
    missing: [
      ...(!needsStream || stream !== undefined ? [] : ['a stream with new and old images']),
      ...(recovery ? [] : ['point-in-time recovery']),
      ...(isProtected || !protect ? [] : ['deletion protection']),
    ],
  };
};

/** A name for each of the tables that a deployment has. */
export type Names = Readonly<Partial<Record<KeptTable, string>>>;

/** The names and ids of the tables that deployments have used, as the control table has them. */
export type Remembered = Readonly<{
  /** Their ids: a name may come back. */
  known: Readonly<Partial<Record<KeptTable, readonly string[]>>>;
  /** Their names at the last deployment that had one. */
  names: Names;
}>;

export type Keeping = Readonly<{
  /** The tables of this deployment, and those of the one before, where there was one. */
  next: Names;
  previous: Names;
  /** Which of them were there before the deployment. */
  adopted: readonly KeptTable[];
  remembered: Remembered;
  facts: Readonly<Partial<Record<KeptTable, TableFacts | 'none'>>>;
  protect: boolean;
}>;

const unfit = ({ next, adopted, facts, protect }: Keeping): readonly string[] =>
  adopted.flatMap((table) => {
    const found = facts[table];
    if (found === undefined || found === 'none') return [`There is no table ${next[table]}.`];
    const { wrong, missing } = lackingIn(table, found, { protect });
    if (wrong.length > 0) return [`${next[table]} cannot be the table of ${table}: ${wrong.join(', ')}.`];
    if (missing.length === 0) return [];
    return [`${next[table]} lacks ${missing.join(', ')}: run foldstream adopt ${table} ${next[table]}.`];
  });

const idOf = (facts: TableFacts | 'none' | undefined): string => (facts === undefined || facts === 'none' ? '' : facts.id);

/** The deployment has another control table than before: its entries are of another stack, or of an earlier instant. */
const adoptsControl = ({ next, previous, adopted }: Pick<Keeping, 'next' | 'previous' | 'adopted'>): boolean =>
  adopted.includes('control') && next.control !== previous.control;

/** A table that a deployment does not name any more would be replaced by a new, empty one. One that this stack had before comes back where a deployment is
 * undone. A new stack that adopts a control table adopts what belongs to it, too. */
const forgotten = (keeping: Keeping): readonly string[] => {
  const { next, previous, adopted, facts, remembered } = keeping;
  const { known, names } = remembered;
  return keptTables.flatMap((table) => {
    const [now, before] = [next[table], previous[table] ?? (adoptsControl(keeping) ? names[table] : undefined)];
    if (now === undefined || before === undefined || now === before) return [];
    if (adopted.includes(table) || known[table]?.includes(idOf(facts[table]))) return [];
    const whose =
      previous[table] === undefined
        ? `The control table ${next.control} belongs to the table ${before}`
        : `The deployment before went by the table ${before}`;
    return [`${whose}, and this one would begin with a new, empty one: deploy it with -c ${contextOf(table)}=${before}.`];
  });
};

/** Why a deployment may not go by its tables; undefined where it may. */
export const refusedTables = (keeping: Keeping): string | undefined => {
  const reasons = [...forgotten(keeping), ...unfit(keeping)];
  return reasons.length > 0 ? reasons.join(' ') : undefined;
};

/** The tables to remember when a deployment starts to use them. */
export const rememberedWith = (keeping: Omit<Keeping, 'protect'>): Remembered => {
  const { next, adopted, facts, remembered } = keeping;
  // If the first deployment of a new stack with an adopted control table fails, its new tables are deleted again: they replace no
  // remembered table until the next deployment.
  const names = Object.entries(next).filter(([table]) => !adoptsControl(keeping) || adopted.includes(table as KeptTable));
  return {
    known: Object.fromEntries(
      keptTables.flatMap((table) => {
        const all = [...new Set([...(remembered.known[table] ?? []), idOf(facts[table])])].filter((id) => id !== '');
        return all.length > 0 ? [[table, all]] : [];
      }),
    ),
    names: { ...remembered.names, ...Object.fromEntries(names) },
  };
};

/**
 * The reason why a deployment may not remove the protection of a stack; undefined if it may. A rollback by CloudFormation restores the
 * previous state.
 */
export const refusedUnprotecting = (before: boolean, after: boolean, stackStatus: string): string | undefined =>
  !before || after || stackStatus.startsWith('UPDATE_ROLLBACK')
    ? undefined
    : 'This stack stands and is protected, and the deployment would take the protection of its tables and users away: deploy with a stage that is protected (-c stage=prod), and without -c first=true. That also turns termination protection on again, which the command line may have turned off already.';
