import { useState } from 'preact/hooks';
import type { SeenLetter } from '../../../lib/engine/operate/letters/letters.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Correlation } from '../../parts/id.tsx';
import { streamHref } from '../../parts/links.ts';
import { useLoad } from '../../parts/load.ts';
import { Empty, Loading, ProblemNotice } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { say } from '../../parts/toasts.tsx';
import { href } from '../../router.ts';
import { ops } from '../../session.ts';
import { type Moved, redriveAll, saidOf, type Which } from './redrive.ts';

const most = 100;

const What = ({ letter }: Readonly<{ letter: SeenLetter }>) => {
  if (letter.what === 'unknown') return <span class="dim">a message of unknown form</span>;
  if (letter.what === 'message')
    return (
      <>
        its own message <span class="mono">{letter.message}</span>
        {letter.stream !== undefined && (
          <>
            {' '}
            about <a href={streamHref(letter.stream)}>{letter.stream}</a>
          </>
        )}
      </>
    );
  const { stream, commit, types } = letter;
  return (
    <>
      <a href={streamHref(stream, { commit })}>
        {stream} commit {commit}
      </a>{' '}
      <span class="dim">{types.join(', ')}</span>
    </>
  );
};

const Why = ({ letter: { undelivered } }: Readonly<{ letter: SeenLetter }>) =>
  undelivered === undefined ? <>its consumer gave up on it</> : <span class="mono">not delivered: {undelivered}</span>;

const Redrive = ({ which, close }: Readonly<{ which: Which; close: () => void }>) => {
  const [progress, setProgress] = useState<Moved>();
  const act = async (why: string) =>
    say(saidOf(await redriveAll(() => ops.deadLetters.redrive(which, why === '' ? {} : { why }), setProgress)));
  return (
    <Confirm title="Redrive" act={act} close={close}>
      <p>
        All dead letters of <span class="mono">{which.name}</span> go back into its queue, and are tried again. What it has
        applied meanwhile, it passes over. Without the cause being mended they end here again.
      </p>
      <p role="status">{progress && `${progress.moved} put back, about ${progress.left} to go`}</p>
    </Confirm>
  );
};

/** The dead letters of one consumer: what they are, who put some back before, and a way to do it. */
export const One = ({ kind, name }: Which) => {
  const [isAsking, setAsking] = useState(false);
  const { value, error, isLoading, reload } = useLoad(() => ops.deadLetters.look({ kind, name }, { limit: most }), [kind, name]);
  return (
    <>
      <header>
        <h1>Dead letters of {value?.name ?? name}</h1>
        <span class="dim">
          {value?.views ? `the group of ${value.views.join(', ')}` : kind} · <a href={href(['letters'])}>all consumers</a>
        </span>
      </header>
      {error !== undefined && <ProblemNotice problem={error} retry={reload} />}
      {!value && error === undefined && <Loading />}
      {value && value.letters.length === 0 && (
        <Empty title={value.deadLetters === 0 ? 'It has no dead letters' : 'Somebody else is looking at them'}>
          <span>
            {value.deadLetters === 0
              ? 'A message ends here when its consumer failed on it 25 times, or when it could not be delivered.'
              : `About ${value.deadLetters} are hidden for some seconds: look again.`}
          </span>
        </Empty>
      )}
      <div class="row" role="toolbar" aria-label="For these dead letters">
        <button type="button" class="button is-main" disabled={!value || value.deadLetters === 0} onClick={() => setAsking(true)}>
          Redrive
        </button>
        <button type="button" class="button" disabled={isLoading} onClick={reload}>
          Look again
        </button>
        {value && value.deadLetters > value.letters.length && value.letters.length > 0 && (
          <span class="dim">
            {value.letters.length} of about {value.deadLetters} are listed
          </span>
        )}
      </div>
      {value && value.letters.length > 0 && (
        <>
          <p>
            Of a letter that its consumer gave up on, the consumer's log says why, under the correlation id: mend that, then put
            the letters back.
          </p>
          <Table
            label="Dead letters"
            rows={value.letters}
            keyOf={({ id }) => id}
            columns={[
              { name: 'What', of: (letter) => <What letter={letter} /> },
              { name: 'Sent', of: ({ sentAt }) => (sentAt === undefined ? '' : <Time at={sentAt} />) },
              { name: 'Why it is here', of: (letter) => <Why letter={letter} /> },
              ...(value.views ? [{ name: 'For', of: ({ for: view }: SeenLetter) => view ?? 'all of the group' }] : []),
              {
                name: 'Correlation',
                of: (letter) =>
                  'correlation' in letter && letter.correlation !== undefined ? <Correlation of={letter.correlation} /> : '',
              },
            ]}
          />
        </>
      )}
      {value && value.acts.length > 0 && (
        <section class="stack" aria-label="Put back before">
          <h2>Put back before</h2>
          <Table
            label="Put back before"
            rows={value.acts}
            keyOf={({ correlation, at }) => `${at} ${correlation}`}
            columns={[
              { name: 'When', of: ({ at }) => <Time at={at} /> },
              { name: 'Who', of: ({ by }) => <span class="mono">{by}</span> },
              { name: 'Why', of: ({ why }) => why ?? <span class="dim">no reason was given</span> },
            ]}
          />
        </section>
      )}
      {isAsking && (
        <Redrive
          which={{ kind: value?.kind ?? kind, name: value?.name ?? name }}
          close={() => {
            setAsking(false);
            reload();
          }}
        />
      )}
    </>
  );
};
