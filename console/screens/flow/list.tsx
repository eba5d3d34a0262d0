import { Badge } from '../../parts/badge.tsx';
import { Table } from '../../parts/table.tsx';
import { go } from '../../router.ts';
import { type Box, rateText, unmeasured } from './boxes.ts';

const kinds: Readonly<Record<Box['group'], string>> = {
  api: 'HTTP',
  commands: 'commands',
  schedules: 'schedule',
  commits: 'store',
  processes: 'process',
  effects: 'effect',
  'public-events': 'sender',
  views: 'view',
};

const words: Readonly<Record<Box['tone'], string>> = {
  ok: 'fine',
  warn: 'look at it',
  bad: 'needs somebody',
  busy: 'working',
  off: 'at rest',
};

/** The same as the picture, in words. */
export const List = ({ boxes, isMeasured }: Readonly<{ boxes: readonly Box[]; isMeasured: boolean }>) => (
  <section class="stack" aria-label="Everything in words">
    <h2>In words</h2>
    <Table
      label="All parts of the deployment"
      rows={boxes}
      keyOf={({ id }) => id}
      choose={({ link }) => link !== undefined && go(link)}
      columns={[
        {
          name: 'Part',
          of: ({ title, mark, link }) => (link ? <a href={link}>{`${title} ${mark ?? ''}`}</a> : title),
        },
        { name: 'Kind', of: ({ group }) => <span class="dim">{kinds[group]}</span> },
        {
          name: 'State',
          of: ({ tone, says }) => <Badge tone={tone}>{says[0] === unmeasured ? 'not known' : words[tone]}</Badge>,
        },
        { name: 'How it is', of: ({ says }) => says.join(', ') },
        ...(isMeasured
          ? [
              {
                name: 'Rate',
                isNumber: true,
                of: ({ perMinute }: Box) =>
                  perMinute === undefined ? <span class="dim">not measured</span> : rateText(perMinute),
              },
            ]
          : []),
      ]}
    />
  </section>
);
