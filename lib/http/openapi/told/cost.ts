import * as z from 'zod';

const priced = { usd: z.number(), usdAMonth: z.number().meta({ description: 'A month of such hours: 730 of them.' }) };

/** The body of `GET /ops/cost`. */
export const costAnswer = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  hours: z.number(),
  region: z.string().meta({ description: 'The region of the list prices.' }),
  deployedIn: z
    .string()
    .optional()
    .meta({ description: 'Where it is deployed, if prices of another region stand in for those of that one.' }),
  listedOn: z.string(),
  all: z.object(priced),
  services: z.array(z.object({ service: z.string(), ...priced })),
  parts: z.array(z.object({ part: z.string(), used: z.record(z.string(), z.number()), ...priced })),
  missing: z.array(z.string()).meta({ description: 'Metrics of which nobody has told anything.' }),
  notCounted: z.array(z.string()),
});
