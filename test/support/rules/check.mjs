// Checks an OpenAPI and an AsyncAPI document by the recommended rules of Redocly and Spectral, and prints what they find as JSON.
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import core from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const [openApi, asyncApi] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));

const byRedocly = async (source) => {
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return found.map(({ severity, ruleId, message }) => ({ isError: severity === 'error', rule: ruleId, message }));
};

const bySpectral = async (source, rules) => {
  const spectral = new core.Spectral();
  spectral.setRuleset({ extends: [[rules, 'recommended']] });
  const found = await spectral.run(source);
  return found.map(({ severity, code, message, path }) => ({
    isError: severity === 0,
    rule: String(code),
    message: `${message} (${path.join('/')})`,
  }));
};

console.log(
  JSON.stringify({
    redocly: await byRedocly(openApi),
    spectral: await bySpectral(openApi, rulesets.oas),
    asyncApi: await bySpectral(asyncApi, rulesets.asyncapi),
  }),
);
