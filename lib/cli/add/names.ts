import { isCategory, kebab, pascal } from '../../core/stream.ts';

export const kinds = ['aggregate', 'view', 'process'] as const;
export type Kind = (typeof kinds)[number];

/** A name that is written in different ways. */
export type Name = Readonly<{
  /** `supportTicket`: the category, and the first letters of what is exported. */
  camel: string;
  /** `SupportTicket`: of types. */
  pascal: string;
  /** `support-ticket`: of files, folders and views. */
  kebab: string;
}>;

/** Words of the language, and names that the generated files import or declare. */
const taken = new Set(
  `break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null
  return super switch this throw true try typeof var void while with yield let static await async implements interface package private protected public
  arguments eval undefined command decide decider deciding rowPerStream defineManifest demo describe done due event eventLog expect given it later manifest memory process
  processes aggregates projections projecting reacting refuse row seen send settings test v1 z opened renamed closed
  user title owner status ada bob at begun`.split(/\s+/),
);

/** Routes begin with these words: an aggregate of that name could not be reached. */
const routes = ['views', 'streams', 'ops', 'health', 'unique', 'tag', 'anyone', 'batch', 'docs', 'subjects', 'subject'];

/** A name as a team may write it, `supportTicket` or `support-ticket`, or the fault of it. */
export const nameOf = (text: string, kind: Kind): Name | Readonly<{ fault: string }> => {
  const dashed = kebab(text);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(dashed) || dashed.length > 40)
    return { fault: 'use 1 to 40 letters, such as ticket, supportTicket or support-ticket' };
  const all = { kebab: dashed, pascal: pascal(dashed), camel: pascal(dashed).replace(/^./, (first) => first.toLowerCase()) };
  if (kind !== 'view' && !isCategory(all.camel)) return { fault: 'use letters alone: it is the name of a category' };
  if (taken.has(all.camel) || (kind === 'aggregate' && routes.includes(all.camel)))
    return { fault: 'it means something else in generated code or in addresses: choose another name' };
  return all;
};
