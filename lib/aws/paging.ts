/** One page of a list sends at most this many requests: behind many tombstones it ends early, with a place to go on from. */
export const requestsPerPage = 20;
/** How many items a request looks at that has to find some among many others. */
export const lookFurther = 1_000;
