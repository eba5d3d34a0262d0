import { markedIn } from '../../core/personal/declared.ts';
import { type Findings, faulty, none, together } from './findings.ts';
import { eventOf, type PresentFormat } from './present.ts';

type Json = Readonly<Record<string, unknown>>;

/** Finds personal values whose subject is in a field that the event does not have. */
export const checkSubjects = (format: PresentFormat): Findings => {
  const { schema } = format.versions[format.written - 1]!;
  if (schema instanceof Error) return none;
  const { properties = {}, required = [] } = schema as { properties?: Json; required?: readonly string[] };
  const named = new Set(markedIn(schema).flatMap(({ of }) => of ?? []));
  const isText = (field: string) => (properties[field] as Json | undefined)?.type === 'string' && required.includes(field);
  return together(
    [...named]
      .filter((field) => !isText(field))
      .map((field) =>
        faulty(
          eventOf(format),
          `A personal value's subject is said to be in '${field}', which is no required text of the event.`,
          `Name the field that holds the subject's id: personal(schema, { of: '<field>' }).`,
        ),
      ),
  );
};
