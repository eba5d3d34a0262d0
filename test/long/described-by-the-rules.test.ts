import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { asyncApi } from '../../lib/http/openapi/asyncapi.ts';
import { openApi } from '../../lib/http/openapi/document.ts';
import { byTheRules, schemaOfAsyncApi } from '../support/rules/run.ts';

const about = { title: 'The reference application', version: '1' };

describe('the descriptions of the API and of the public events', () => {
  it('break no rule of Redocly or Spectral; a warning is one of those that are known', async () => {
    const { redocly, spectral, asyncApi: events } = await byTheRules(openApi(manifest, about), asyncApi(manifest, about));
    const errors = [...redocly, ...spectral, ...events].filter(({ isError }) => isError);
    expect(errors).toEqual([]);
    const rules = (found: typeof redocly) => [...new Set(found.map(({ rule }) => rule))].sort();
    console.log(`Warnings: Redocly ${redocly.length}, Spectral ${spectral.length}, Spectral on AsyncAPI ${events.length}.`);
    // Nobody but the team knows its license and its contact; `GET /console` does nothing but lead to the page.
    expect(rules(redocly)).toEqual(['info-license', 'operation-2xx-response']);
    // OpenAPI 3.1 lists roles for a bearer token; Spectral takes them for scopes, as in 3.0.
    expect(rules(spectral)).toEqual(['info-contact', 'oas3-operation-security-defined']);
    // The bus is known once it is deployed.
    expect(rules(events)).toEqual([
      ...['asyncapi-3-tags', 'asyncapi-info-contact', 'asyncapi-info-license'],
      ...['asyncapi-latest-version', 'asyncapi-servers'],
    ]);
  });

  it('has public events in a document that the schema of AsyncAPI 3 accepts', async () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(await schemaOfAsyncApi());
    const document = asyncApi(manifest, about);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true);
    expect(validate({ ...document, info: { title: 'No version' } })).toBe(false);
    expect(validate({ ...document, operations: { announce: { action: 'shout' } } })).toBe(false);
  });
});
