import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corsIn, corsSetting } from '../../../lib/core/settings/cors.ts';

const faultOf = (setting: unknown): string | undefined => corsSetting.safeParse(setting).error?.issues[0]?.message;

describe('the origins that may call the API', () => {
  it('are taken exactly as browsers send them, with TLS unless they are of this machine', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.boolean(), (address, isOrigin) => {
        const { origin, protocol } = new URL(address);
        const given = isOrigin ? origin : address;
        expect(faultOf({ origins: [given] }) === undefined).toBe(given === origin && protocol === 'https:');
      }),
    );
    expect(corsSetting.parse({ origins: ['https://app.example.com', 'http://localhost:5173'] })).toEqual({
      origins: ['https://app.example.com', 'http://localhost:5173'],
      maxAgeSeconds: 3_600,
    });
  });

  it.each([
    ['https://app.example.com/', 'write https://app.example.com'],
    ['https://APP.example.com', 'write https://app.example.com'],
    ['https://app.example.com:443', 'write https://app.example.com'],
    ['app.example.com', 'is not an origin: write https://app.example.com'],
    ['http://app.example.com', 'is not protected by TLS'],
    ['http://localhost.example.com', 'is not protected by TLS'],
    ['null', 'is not an origin'],
  ])('%s is refused, with what to write', (origin, said) => {
    expect(faultOf({ origins: ['https://other.example.com', origin] })).toContain(said);
  });

  it('are some, or all by a star alone', () => {
    expect(faultOf({ origins: ['*'] })).toBeUndefined();
    expect(faultOf({ origins: ['*', 'https://app.example.com'] })).toContain("'*' is not an origin");
    expect(faultOf({ origins: [] })).toContain('give at least one origin');
    expect(faultOf({ origins: ['https://app.example.com'], credentials: true })).toContain('credentials');
  });

  it('are separated by commas on the command line', () => {
    expect(corsIn('https://a.example, https://b.example')).toEqual({ origins: ['https://a.example', 'https://b.example'] });
    expect(corsIn('*')).toEqual({ origins: ['*'] });
  });
});
