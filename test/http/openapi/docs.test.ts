import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { describing } from '../../../lib/http/openapi/describe.ts';
import { openApi } from '../../../lib/http/openapi/document.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('base64');
const answer = describing(manifest, { title: 'Accounts & <more>', version: '1.2.0' }, digest);
const ask = (route: string, headers = {}) => answer({ route, headers, path: {}, correlation: 'c' });
const docs = ask('GET /docs');
const html = docs.text?.content ?? '';

describe('GET /openapi.json', () => {
  it('is the description, with the address of the API relative to its own', () => {
    const { text } = ask('GET /openapi.json');
    const expected = openApi(manifest, { title: 'Accounts & <more>', version: '1.2.0', server: '.' });
    expect(text?.type).toBe('application/json');
    expect(JSON.parse(text?.content ?? '')).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it('is answered with 304 to whoever has it', () => {
    const { headers } = ask('GET /openapi.json');
    expect(ask('GET /openapi.json', { 'if-none-match': headers?.etag })).toEqual({ status: 304, headers });
    expect(ask('GET /openapi.json', { 'if-none-match': docs.headers?.etag }).status).toBe(200);
  });
});

describe('GET /docs', () => {
  it('has every operation, and a form to try it', () => {
    const { paths } = openApi(manifest, { title: 'x', version: '1' }) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    const sections = [...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(sections.toSorted()).toEqual(ids.toSorted());
    expect([...html.matchAll(/<form /g)]).toHaveLength(ids.length);
  });

  it('loads nothing, and lets run nothing but its own script and style', () => {
    // An example in a form is a text, also if it has an address in it.
    const outside = html.replaceAll(/<textarea[^>]*>[^<]*/g, '');
    expect(outside).not.toMatch(/(?:src|href)="(?!#|openapi\.json")|https?:|url\(|@import|\son\w+=|\sstyle=/);
    const policy = docs.headers?.['content-security-policy'] ?? '';
    for (const tag of ['script', 'style'] as const) {
      const [, own = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html) ?? [];
      expect(policy).toContain(`${tag}-src 'sha256-${digest(own)}'`);
    }
    expect(policy).toContain("default-src 'none'");
  });

  it('shows texts of the manifest as texts', () => {
    expect(html).toContain('<h1>Accounts &amp; &lt;more&gt;');
    expect(html).not.toContain('<more>');
  });

  it('fits into an answer of a function many times over', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
  });
});
