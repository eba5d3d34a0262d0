import { useState } from 'preact/hooks';
import type { Certificate } from '../../../lib/engine/operate/erase.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Field } from '../../parts/field.tsx';
import { say } from '../../parts/toasts.tsx';
import { ops } from '../../session.ts';
import { download } from './download.ts';
import { wholeExport } from './export.ts';

type Props = Readonly<{ id: string; close: () => void }>;

export const ExportDialog = ({ id, close, done }: Props & Readonly<{ done: () => void }>) => {
  const [values, setValues] = useState<number>();
  return (
    <Confirm
      title="Export all values"
      needsWhy
      close={close}
      act={async (why) => {
        const whole = await wholeExport(
          (cursor) => ops.subjects.export(id, { why, limit: 100, ...(cursor !== undefined && { cursor }) }),
          setValues,
        );
        download(`subject-${id.replaceAll(/[^A-Za-z0-9_.~-]/g, '_')}.json`, whole);
        say(`${whole.values.length} values were exported.`);
        done();
      }}
    >
      <p>
        The file has every value that is held about this person, readable. Each page of it is recorded, with your name and the
        reason, which must not name the person.
      </p>
      {values !== undefined && <p role="status">{values} values so far</p>}
    </Confirm>
  );
};

export const EraseDialog = ({ id, close, done }: Props & Readonly<{ done: (certificate: Certificate) => void }>) => (
  <Confirm title="Erase for good" needsWhy isDanger close={close} act={async (why) => done(await ops.subjects.erase(id, why))}>
    <p>
      The person's keys are deleted. Nobody can read these values any more, in no copy and no backup, and nothing brings them
      back. The reason is kept for good, and must not name the person.
    </p>
    <Field label={`Type ${id} to confirm`}>
      <input
        required
        autoComplete="off"
        onInput={({ currentTarget: typed }) => typed.setCustomValidity(typed.value === id ? '' : 'This is another id.')}
      />
    </Field>
  </Confirm>
);
