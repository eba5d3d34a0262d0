/** What an operator may order of a schedule as a whole. */
export const scheduleOrders = ['pause', 'resume'] as const;

/** What an operator may order of one of its times. */
export const timeOrders = ['run', 'skip'] as const;
