import * as z from 'zod';
import { type AnyHook, hookPath } from '../../core/hook/hook.ts';
import type { Manifest } from '../../core/manifest.ts';
import { kebab } from '../../core/stream.ts';
import type { Operation } from './operation.ts';
import { type Parameter, trail } from './parameters.ts';

const signedHeader = (name: string, description: string): Parameter => ({
  in: 'header',
  name,
  description,
  schema: z.string(),
  required: true,
});

const headersOf = ({ verify: { header, timestamp, id } }: AnyHook): readonly Parameter[] => [
  signedHeader(header, 'The signature: HMAC-SHA256 under the secret that the provider and this API share.'),
  ...(timestamp && 'header' in timestamp ? [signedHeader(timestamp.header, 'When it was signed, in seconds since 1970.')] : []),
  ...(id ? [signedHeader(id.header, 'The id of the message.')] : []),
];

/** The routes for the events of providers. */
export const hookOperations = ({ hooks = {} }: Manifest): readonly Operation[] =>
  Object.entries(hooks).map(([name, hook]) => ({
    method: 'post',
    path: hookPath(name),
    id: `hooks.${name}`,
    tag: 'hooks',
    summary: `An event of ${kebab(name).replaceAll('-', ' ')}`,
    description:
      'Each event takes effect once, however often it is sent. Any answer but 200 asks for the same event again, later.',
    may: ['hook'],
    parameters: [...headersOf(hook), ...trail],
    body: { schema: hook.body },
    answers: {
      200: {
        description: 'The event is taken, now or earlier; or it is of a kind that nothing follows from.',
        schema: z.object({ outcome: z.enum(['taken', 'ignored']) }),
      },
    },
    problems: ['bad-signature', 'not-json', 'body-too-large', 'commit-too-large', 'contended', 'stream-purged'],
    refuses: ['refusal'],
  }));
