import * as z from 'zod';
import { idRule, isId } from '../../lib/index.ts';

/** The id of another aggregate, as it stands in a URL. */
export const idOf = z.string().min(1).max(128).refine(isId, idRule);
/** Of one night, in cents. */
export const price = z.int().positive().max(1_000_000);
/** The evening of its date; a stay from the 1st to the 3rd is the nights of the 1st and the 2nd. */
export const night = z.iso.date();
