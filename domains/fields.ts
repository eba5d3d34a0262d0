import { idRule, isId } from 'foldstream';
import * as z from 'zod';

/** The id of another aggregate, as it stands in a URL. */
export const idOf = z.string().min(1).max(128).refine(isId, idRule);
export const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217');
/** 1050 EUR is ten euros fifty. */
export const minorUnits = z.int().positive();
export const quantity = z.int().positive().max(1_000_000);

/** An instant, as rows have it. */
export const instant = z.iso.datetime();
export const count = z.int().nonnegative();
/** Minor units by currency. */
export const sumByCurrency = z.record(currency, z.int());

/** The largest amount of a customer's command, in minor units: a million times the usual, and far below the largest exact sum of many. */
export const mostStated = 1_000_000_000;
/** An amount stated by a caller. Only commands use this limit: stored events stay readable. */
export const statedAmount = minorUnits.max(mostStated);
