import { useState } from 'preact/hooks';
import type { ScheduleReport } from '../../../lib/engine/operate/schedules.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Field } from '../../parts/field.tsx';
import { say } from '../../parts/toasts.tsx';
import { ops } from '../../session.ts';

export type OrderKind = 'pause' | 'resume' | 'run' | 'skip';

const follows: Readonly<Record<OrderKind, string>> = {
  pause: 'Nothing is run until it is resumed.',
  resume: 'What was due meanwhile is caught up as its declaration has it.',
  run: 'A time that has passed is run now. Who has had its command does not get it again.',
  skip: 'A time that is due or still to come is left out. One that is running ends after what is being sent.',
};

/** The time that is meant most often: the one that runs or is due, else for a run the last, and for a skip the next. */
const usualTime = (kind: OrderKind, { running, due, last, through, next }: ScheduleReport): string =>
  (kind === 'run' ? (due?.time ?? last?.time ?? through) : (running?.time ?? due?.time ?? next)) ?? '';

type Props = Readonly<{ title: string; kind: OrderKind; schedule: ScheduleReport; close: () => void }>;

/** Asks before an order is given to a schedule, with a reason. */
export const Order = ({ title, kind, schedule: report, close }: Props) => {
  const [time, setTime] = useState(usualTime(kind, report));
  const { schedule } = report;
  const act = async (why: string) => {
    if (kind === 'pause' || kind === 'resume') await ops.schedules[kind](schedule, why);
    else await ops.schedules[kind](schedule, time.trim(), why);
    say(`${title}: ordered`);
  };
  return (
    <Confirm title={title} needsWhy isDanger={kind === 'skip' || kind === 'pause'} act={act} close={close}>
      <p>{follows[kind]}</p>
      {(kind === 'run' || kind === 'skip') && (
        <Field label="Which time" hint={`A time of '${report.cron}' in UTC, such as 2026-12-01T02:00:00.000Z`}>
          <input required class="mono" value={time} spellcheck={false} onInput={(event) => setTime(event.currentTarget.value)} />
        </Field>
      )}
    </Confirm>
  );
};
