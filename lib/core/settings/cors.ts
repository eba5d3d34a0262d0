import * as z from 'zod';

/** Browsers give pages of these hosts the same trust as pages with TLS. */
const isOnThisMachine = ({ hostname }: URL): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$|\.localhost$/.test(hostname);

/** The fault of an origin: it must be written exactly as browsers send it, since the gateway compares texts. */
const faultOf = (origin: string): string | undefined => {
  if (!URL.canParse(origin)) return `'${origin}' is not an origin: write https://app.example.com`;
  const url = new URL(origin);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isOnThisMachine(url)))
    return `'${origin}' is not protected by TLS: only https origins may call the API, and http ones of this machine such as http://localhost:5173`;
  return url.origin === origin ? undefined : `'${origin}' is not an origin as browsers send it: write ${url.origin}`;
};

/** The origins of web pages that may call the API, or `*` for all of them. Browsers keep the permission for `maxAgeSeconds`. */
export const corsSetting = z.strictObject({
  origins: z
    .array(z.string())
    .min(1, 'give at least one origin, such as https://app.example.com')
    .superRefine((origins, { addIssue }) => {
      if (origins.length === 1 && origins[0] === '*') return;
      for (const fault of origins.map(faultOf)) if (fault !== undefined) addIssue(fault);
    }),
  maxAgeSeconds: z.int().min(0).max(86_400).default(3_600),
});

/** The text of `-c cors=https://app.example.com,https://admin.example.com` as the setting that it stands for. */
export const corsIn = (text: string): unknown => ({ origins: text.split(',').map((each) => each.trim()) });
