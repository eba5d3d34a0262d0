import { useState } from 'preact/hooks';
import { boxKinds } from '../../../lib/engine/operate/letters/kinds.ts';
import { Badge } from '../../parts/badge.tsx';
import { lettersHref } from '../../parts/links.ts';
import { useChosen } from '../../parts/lists/chosen.tsx';
import { Many } from '../../parts/lists/many.tsx';
import { usePoll } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { go } from '../../router.ts';
import type { ScreenProps } from '../../screens.ts';
import { ops } from '../../session.ts';
import { One } from './one.tsx';
import { redriveAll } from './redrive.ts';

const often = 10_000;

/** The consumers that have dead letters; one, some or all of them can be redriven. */
const All = () => {
  const [isAsking, setAsking] = useState(false);
  const { value, error, reload } = usePoll(() => ops.deadLetters.report(), often, []);
  const rows = (value?.consumers ?? []).filter(({ deadLetters }) => deadLetters > 0);
  const { chosen, column, all, none } = useChosen(rows, ({ kind, name }) => `${kind} ${name}`);
  return (
    <>
      <header>
        <h1>Dead letters</h1>
        <span class="dim">What a consumer gave up on after many tries, or could not be given.</span>
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value && rows.length === 0 && (
        <Empty title="No consumer has dead letters">
          <span>All {value.consumers.length} queues were asked.</span>
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <div class="row" role="toolbar" aria-label="For the chosen ones">
            <button type="button" class="button" onClick={chosen.length === rows.length ? none : all}>
              {chosen.length === rows.length ? 'Choose none' : `Choose all ${rows.length}`}
            </button>
            <button type="button" class="button is-main" disabled={chosen.length === 0} onClick={() => setAsking(true)}>
              Redrive {chosen.length > 0 ? chosen.length : ''}
            </button>
          </div>
          <Table
            label="Consumers with dead letters"
            rows={rows}
            keyOf={({ kind, name }) => `${kind} ${name}`}
            choose={({ kind, name }) => go(lettersHref(kind, name))}
            columns={[
              column,
              { name: 'Consumer', of: ({ kind, name }) => <a href={lettersHref(kind, name)}>{name}</a> },
              { name: 'Kind', of: ({ kind, views }) => <span class="dim">{views ? `group of ${views.join(', ')}` : kind}</span> },
              { name: 'Dead letters', of: ({ deadLetters }) => <Badge tone="bad">{deadLetters}</Badge> },
            ]}
          />
        </>
      )}
      {isAsking && (
        <Many
          title="Redrive"
          items={chosen}
          nameOf={({ name }) => name}
          act={(which, why) =>
            redriveAll(
              () => ops.deadLetters.redrive(which, why === '' ? {} : { why }),
              () => undefined,
            )
          }
          close={(wasDone) => {
            setAsking(false);
            if (!wasDone) return;
            none();
            reload();
          }}
        >
          <p>
            Their dead letters go back into their queues, and are tried again. Without the cause being mended they end here again.
          </p>
        </Many>
      )}
    </>
  );
};

export default ({ path: [kind, name] }: ScreenProps) => {
  const known = boxKinds.find((each) => each === kind);
  return <section class="screen letters">{known && name !== undefined ? <One kind={known} name={name} /> : <All />}</section>;
};
