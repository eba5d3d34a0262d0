import * as z from 'zod';

/** Requests a second, and how many at once. */
const most = z.int().min(1).max(1_000_000);
const throttle = (rate: number, burst: number) =>
  z.strictObject({ rate: most.default(rate), burst: most.default(burst) }).prefault({});

const ofRoute = z
  .strictObject({
    /** The reason, for those who read the settings. */
    why: z.string().trim().min(1),
    rate: most.optional(),
    burst: most.optional(),
    /** The largest body. All bodies of commands have at most 256. */
    bodyKilobytes: z.int().min(1).max(256).optional(),
  })
  .refine(({ rate, burst }) => (rate === undefined) === (burst === undefined), 'give rate and burst together');

/**
 * The limits of the API's gateway: for all callers together, for each route without a token, and for single routes, as `POST /account/{id}/deposit`.
 */
export const limitsSetting = z.strictObject({
  api: throttle(500, 1_000),
  open: throttle(50, 100),
  routes: z.record(z.string(), ofRoute).default({}),
});

export type Limits = z.output<typeof limitsSetting>;
