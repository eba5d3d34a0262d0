import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { openApi } from '../../../lib/http/openapi/document.ts';

type Content = Readonly<Record<string, Readonly<{ schema: object }>>>;
type Response = Readonly<{ $ref?: string; content?: Content }>;
type Operation = Readonly<{ responses: Readonly<Record<string, Response>> }>;
type Document = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ responses: Readonly<Record<string, Response>> }>;
}>;

/** A request and its answer. */
type Exchange = Readonly<{ method: string; path: string; status: number; type: string | null; body: unknown }>;

/** Finds what is wrong with an answer by the API's description; undefined if it is as described. */
export type Check = (exchange: Exchange) => string | undefined;

/** The paths of the description as patterns, those with fewer variables first. */
const patternsOf = ({ paths }: Document) =>
  Object.keys(paths)
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]*')}$`) }));

/** Checks answers of a manifest's API against its description: the status, the media type and the body. */
export const describedBy = (manifest: Manifest): Check => {
  const document = openApi(manifest, { title: 'Tested', version: '0' }) as unknown as Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const patterns = patternsOf(document);
  const validators = new Map<string, ValidateFunction>();
  const validator = (key: string, schema: object): ValidateFunction => {
    const found =
      validators.get(key) ?? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')));
    validators.set(key, found);
    return found;
  };
  return ({ method, path, status, type, body }) => {
    const asked = `${method} ${path} was answered with ${status}`;
    const template = patterns.find(({ pattern }) => pattern.test(path.split('?')[0] ?? ''))?.path;
    const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
    // The gateway, or a function that has no such thing, answers for what is not described.
    if (!operation) return [400, 401, 404, 405].includes(status) ? undefined : `${asked}, and there is no such operation.`;
    const response = operation.responses[status];
    if (!response) return `${asked}; described are ${Object.keys(operation.responses).join(', ')}.`;
    const { content } =
      response.$ref === undefined ? response : document.components.responses[response.$ref.split('/').at(-1) ?? '']!;
    if (status === 304) return undefined;
    const media = type?.split(';')[0] ?? '';
    const described = content?.[media];
    if (!described) return `${asked} as '${media}'; described are ${Object.keys(content ?? {}).join(', ')}.`;
    const validate = validator(`${template} ${method} ${status} ${media}`, described.schema);
    return validate(body) ? undefined : `${asked} with ${JSON.stringify(body)}: ${ajv.errorsText(validate.errors)}`;
  };
};
