import { writeFileSync } from 'node:fs';
import type { Manifest } from '../../core/manifest.ts';
import { asyncApi } from '../../http/openapi/asyncapi.ts';
import { openApi } from '../../http/openapi/document.ts';
import type { Json } from '../../http/openapi/operation.ts';
import type { Print } from '../terminal/lines.ts';

export type OpenApiOptions = Readonly<{ manifest: Manifest; title: string; apiVersion: string; url?: string; out?: string }>;

export type AsyncApiOptions = Omit<OpenApiOptions, 'url'> & Readonly<{ bus?: string }>;

const write = (described: Json, said: string, out: string | undefined, print: Print): void => {
  const text = JSON.stringify(described, null, 2);
  if (out === undefined) print(text);
  else {
    writeFileSync(out, `${text}\n`);
    print(`${said} are described in ${out}.`);
  }
};

const about = ({ title, apiVersion: version, url }: OpenApiOptions) => ({
  title,
  version,
  ...(url !== undefined && { server: url }),
});
const countIn = (described: unknown) => Object.keys(described as object).length;

/** Writes the description of the project's API, to a file or to the standard output. */
export const openApiVerb = (options: OpenApiOptions, print: Print): void => {
  const described = openApi(options.manifest, about(options));
  write(described, `${countIn(described.paths)} paths`, options.out, print);
};

/** Writes the description of the project's public events, to a file or to the standard output. */
export const asyncApiVerb = ({ bus, ...options }: AsyncApiOptions, print: Print): void => {
  const described = asyncApi(options.manifest, about({ ...options, ...(bus !== undefined && { url: bus }) }));
  const { messages } = described.components as { messages: object };
  write(described, `${countIn(messages)} public events`, options.out, print);
};
