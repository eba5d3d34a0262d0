import { entries } from './reference.ts';

/** A group of the site's pages, in reading order; each by its path below docs/, without `.md`. */
export type Group = Readonly<{ title: string; pages: readonly string[]; collapsed?: true }>;

/** The order in which the site shows its pages. A page that stands nowhere here is listed at the end, so that none gets lost. */
export const contents: readonly Group[] = [
  { title: 'Start', pages: ['guides/getting-started', 'guides/coming-from', 'guides/glossary'] },
  {
    title: 'Build',
    pages: [
      'guides/domain',
      'guides/add-an-aggregate',
      'guides/add-a-view',
      'guides/boundaries',
      'guides/clients',
      'guides/effects',
      'guides/webhooks',
      'guides/schedules',
      'guides/testing',
      'guides/local',
    ],
  },
  {
    title: 'Contexts',
    pages: [
      'contexts/index',
      'contexts/customer',
      'contexts/account',
      'contexts/ticket',
      'contexts/trade',
      'contexts/document',
      'contexts/telemetry',
      'contexts/course',
      'contexts/product',
      'contexts/match',
    ],
  },
  {
    title: 'Operate',
    pages: [
      'guides/operations',
      'guides/console',
      'guides/deploying',
      'guides/upgrading',
      'guides/costs',
      'guides/load',
      'guides/alarms',
      'guides/operating-views',
      'guides/operating-processes',
      'guides/operating-effects',
      'guides/personal-data',
      'guides/erasing',
      'guides/threat-model',
      'guides/rebuilding',
      'guides/tracing',
      'guides/restoring',
      'guides/moving',
    ],
  },
  { title: 'Understand', pages: ['guides/architecture', 'benchmarks', 'decisions/index'] },
  {
    title: 'Reference',
    pages: [
      'http-reference',
      'reference/routes',
      'reference/problems',
      'reference/command-line',
      ...entries.map((entry) => `reference/${entry.replaceAll('/', '-')}`),
    ],
  },
  { title: 'The project', pages: ['project/changelog', 'project/contributing', 'project/security'] },
];
