import * as z from 'zod';

/** What the hotel takes. Once released it is part of stored formats: another one is a new version of each. */
export const currency = z.enum(['EUR', 'USD']);
