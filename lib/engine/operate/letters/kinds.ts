/** The kinds of consumers that have a queue for dead letters of their own. */
export const boxKinds = ['view', 'group', 'process', 'effect', 'schedule'] as const;
