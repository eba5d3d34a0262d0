import * as z from 'zod';

/** The currency of the hotel. It is part of released formats: another one needs a new version of each. */
export const currency = z.enum(['EUR', 'USD']);
