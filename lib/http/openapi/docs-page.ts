import { script } from './docs-script.ts';
import { style } from './docs-style.ts';
import type { Json } from './operation.ts';
import { typeText } from './schema-text.ts';

type Referring = Readonly<{ $ref?: string }>;
type Parameter = Referring & Readonly<{ in: string; name: string; description?: string; required?: boolean; schema: Json }>;
type Content = Readonly<Record<string, Readonly<{ schema: Json; example?: unknown }>>>;
type Response = Referring & Readonly<{ description: string; content?: Content }>;
type Operation = Readonly<{
  operationId: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  parameters?: readonly Parameter[];
  requestBody?: Readonly<{ content: Content }>;
  responses: Readonly<Record<string, Response>>;
}>;

/** The parts of an API's description that the page shows. */
type Document = Readonly<{
  info: Readonly<{ title: string; version: string }>;
  tags: readonly Readonly<{ name: string; description?: string }>[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}>;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value: unknown): string => String(value).replace(/[&<>"']/g, (found) => entities[found]!);

/** What a reference names; anything else is what it is. */
const resolved = <T extends Referring>({ components }: Document, one: T): T => {
  const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(one.$ref ?? '') ?? [];
  return (components[kind]?.[name] as T | undefined) ?? one;
};

const code = (words: string) => `<pre>${text(words)}</pre>`;
const labelled = ({ in: place, name, required, schema, description = '' }: Parameter): string =>
  `<label><code>${text(name)}</code> <span class="dim">${text(place)}${required ? ', required' : ''}; ${text(typeText(schema))}. ${text(description)}</span><input data-in="${text(place)}" data-name="${text(name)}" autocomplete="off"${required ? ' required' : ''}></label>`;

const answersOf = (document: Document, { responses }: Operation): string =>
  Object.entries(responses)
    .map(([status, given]) => {
      const { description, content = {} } = resolved(document, given);
      const schema = content['application/json']?.schema;
      const shape = schema && Number(status) < 400 ? code(typeText(schema)) : '';
      return `<tr><th>${text(status)}</th><td>${text(description).replaceAll('\n\n', '<br>')}${shape}</td></tr>`;
    })
    .join('');

const form = (document: Document, method: string, path: string, { parameters = [], requestBody }: Operation): string => {
  const [body] = Object.values(requestBody?.content ?? {});
  const given = body && JSON.stringify(body.example ?? {}, null, 2);
  return `<details><summary>Try it</summary><form data-method="${text(method.toUpperCase())}" data-path="${text(path)}">
${parameters.map((one) => labelled(resolved(document, one))).join('\n')}
${given === undefined ? '' : `<label>Body<textarea rows="6" spellcheck="false">${text(given)}</textarea></label>`}
<button>Send</button><pre><output></output></pre></form></details>`;
};

type Found = Readonly<{ method: string; path: string; operation: Operation }>;

const wordsOf = ({ method, path, operation: { operationId, summary } }: Found) =>
  text(`${method} ${path} ${operationId} ${summary}`.toLowerCase());

const section = (document: Document, found: Found): string => {
  const { method, path, operation } = found;
  const { operationId, summary, description = '', requestBody } = operation;
  const [body] = Object.values(requestBody?.content ?? {});
  return `<section id="${text(operationId)}" data-words="${wordsOf(found)}">
<h3><span class="method ${text(method)}">${text(method.toUpperCase())}</span> <code>${text(path)}</code></h3>
<p>${text(summary)}. <span class="dim">${text(description)}</span></p>
${body ? `<p>Body:</p>${code(typeText(body.schema))}` : ''}
<details><summary>Answers</summary><table>${answersOf(document, operation)}</table></details>
${form(document, method, path, operation)}
</section>`;
};

const link = (found: Found): string =>
  `<a href="#${text(found.operation.operationId)}" data-words="${wordsOf(found)}"><span class="method ${text(found.method)}">${text(found.method.toUpperCase())}</span> ${text(found.path)}</a>`;

/** A page about an API for people, made of its OpenAPI document. It loads nothing from any other address. */
export const page = (given: Json): string => {
  const document = given as Document;
  const { info, tags, paths } = document;
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Found => ({ method, path, operation })),
  );
  const tagged = tags.map((tag) => ({ ...tag, found: all.filter(({ operation }) => operation.tags.includes(tag.name)) }));
  const menu = tagged.map(({ name, found }) => `<h2>${text(name)}</h2>${found.map(link).join('')}`).join('');
  const sections = tagged
    .map(
      ({ name, description = '', found }) =>
        `<h2>${text(name)}</h2><p class="dim">${text(description)}</p>${found.map((one) => section(document, one)).join('')}`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(info.title)}</title><style>${style}</style></head>
<body><nav><label>Search<input id="find" type="search" autocomplete="off"></label>${menu}</nav>
<main><h1>${text(info.title)} <span class="dim">${text(info.version)}</span></h1>
<p>For tools: <a href="openapi.json">openapi.json</a>.</p>
<label>Access token, for requests that are tried; it is kept nowhere<input id="token" type="password" autocomplete="off"></label>
${sections}</main><script>${script}</script></body></html>
`;
};
