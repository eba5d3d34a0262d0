import * as z from 'zod';
import { jsonIn } from '../../engine/json.ts';

const several = z.record(z.string(), z.string());

/** A stack's outputs by name. A stack has at most 200, so one output may contain several values, which are split here. */
export const separated = (outputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) => {
      const within = several.safeParse(jsonIn(value));
      return within.success ? Object.entries(within.data) : [[name, value]];
    }),
  );
