import { writeFileSync } from 'node:fs';
import type { Manifest } from '../../core/manifest.ts';
import { openApi } from '../../http/openapi/document.ts';
import type { Print } from '../terminal/lines.ts';

export type OpenApiOptions = Readonly<{ manifest: Manifest; title: string; apiVersion: string; url?: string; out?: string }>;

/** Writes the description of the project's API, to a file or to the standard output. */
export const openApiVerb = ({ manifest, title, apiVersion: version, url, out }: OpenApiOptions, print: Print): void => {
  const described = openApi(manifest, { title, version, ...(url !== undefined && { server: url }) });
  const text = JSON.stringify(described, null, 2);
  if (out === undefined) print(text);
  else {
    writeFileSync(out, `${text}\n`);
    print(`${Object.keys(described.paths as object).length} paths are described in ${out}.`);
  }
};
