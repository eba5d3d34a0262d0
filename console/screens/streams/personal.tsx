import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { type Sealed, sealedIn } from '../../../lib/core/personal/sealed.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { say } from '../../parts/toasts.tsx';
import { ops } from '../../session.ts';

/** The values that somebody asked to see, by where they were sealed. They are forgotten with the page. */
const opened = signal<ReadonlyMap<string, unknown>>(new Map());

const keyOf = (event: string, field: string): string => `${event} ${field}`;

/** The subjects of the personal values in what is shown. */
export const subjectsIn = (...values: readonly unknown[]): readonly string[] => [
  ...new Set(values.flatMap((value) => sealedIn(value).map(({ of }) => of))),
];

const isSealed = (value: object): value is Sealed => '~' in value;

/** What is shown in the place of personal values: a mask, until somebody has asked to see them. */
export const unmasked = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unmasked);
  if (isSealed(value)) {
    const [event, , field] = value.at ?? [];
    const key = keyOf(event ?? '', field ?? '');
    return opened.value.has(key) ? opened.value.get(key) : '•••• personal';
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unmasked(each)]));
};

const ask = async (subject: string, stream: string, why: string): Promise<number> => {
  const values = new Map(opened.value);
  let count = 0;
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await ops.streams.personal(subject, { why, stream, ...(cursor !== undefined && { cursor }) });
    for (const { event, field, value } of page.values) values.set(keyOf(event, field), value);
    count += page.values.length;
    cursor = page.cursor;
  }
  opened.value = values;
  return count;
};

/** Asks to see the personal values of a stream: with a reason, which is recorded in the subject's own stream. */
export const AskPersonal = ({ subjects, stream }: Readonly<{ subjects: readonly string[]; stream: string }>) => {
  const [isOpen, setOpen] = useState(false);
  const act = async (why: string) => {
    let count = 0;
    for (const subject of subjects) count += await ask(subject, stream, why);
    say(`${count} personal values are shown; it is recorded that you asked.`);
  };
  if (subjects.length === 0) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Show personal values
      </button>
      {isOpen && (
        <Confirm title="Show personal values" needsWhy act={act} close={() => setOpen(false)}>
          <p>
            They are of {subjects.length === 1 ? `the subject ${subjects[0]}` : `${subjects.length} subjects`}. That you asked,
            and why, is recorded in <span class="mono">subject-{subjects[0]}</span>
            {subjects.length > 1 ? ' and those of the others' : ''}. The reason must not name the person.
          </p>
        </Confirm>
      )}
    </>
  );
};
