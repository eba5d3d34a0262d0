import * as z from 'zod';
import { idRule, isId } from '../core/stream.ts';

/** The id of another aggregate, as it stands in a URL. */
export const idOf = z.string().min(1).max(128).refine(isId, idRule);
export const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217');
/** 1050 EUR is ten euros fifty. */
export const minorUnits = z.int().positive();
export const quantity = z.int().positive().max(1_000_000);

/** The most that one command of a customer may be about, in minor units: a million of what is usual, and far from what a sum of many can hold. */
export const mostStated = 1_000_000_000;
/** An amount that somebody states freely. In commands alone: what is stored stays readable as it is. */
export const statedAmount = minorUnits.max(mostStated);
