import { expect, it } from 'vitest';
import { usualHint } from '../../lib/cli/seed.ts';
import { manifest as parcels } from '../support/parcel/manifest.ts';

it('what to try follows from the manifest where the application itself says nothing', () =>
  expect(usualHint(parcels, 'http://api')).toMatch(
    /^Then .*:\n\n {2}curl -s -X POST http:\/\/api\/parcel\/my-first\/send -H "Authorization: Bearer \$TOKEN" -d '\{"code":".+"\}'\n {2}curl -s http:\/\/api\/views\/parcel-track -H "Authorization: Bearer \$TOKEN"$/,
  ));
