import type { ComponentType } from 'preact';
import type { Whose } from './may.ts';

export type ScreenProps = Readonly<{ path: readonly string[]; query: URLSearchParams }>;

/** A screen of the console: the first segment of its addresses, its name, and the key that goes there after `g`. */
export type Screen = Readonly<{
  at: string;
  name: string;
  key: string;
  /** In words, for the palette. */
  about: string;
  who: Whose;
  load: () => Promise<{ default: ComponentType<ScreenProps> }>;
}>;

/** In the order in which they are listed; the first one that a caller may see is where they begin. */
export const screens: readonly Screen[] = [
  {
    at: 'flow',
    name: 'Flow',
    key: 'f',
    about: 'the deployment as it is now: what flows, waits, stands still',
    who: 'operator',
    load: () => import('./screens/flow/index.tsx'),
  },
  {
    at: 'streams',
    name: 'Streams',
    key: 's',
    about: 'commits of a stream, its state through time, what if',
    who: 'operator',
    load: () => import('./screens/streams/index.tsx'),
  },
  {
    at: 'traces',
    name: 'Traces',
    key: 't',
    about: 'all that a request caused, as a graph and over time',
    who: 'operator',
    load: () => import('./screens/traces/index.tsx'),
  },
  {
    at: 'views',
    name: 'Views',
    key: 'v',
    about: 'revisions, what is parked, rows, audits and rebuilds',
    who: 'operator',
    load: () => import('./screens/views/index.tsx'),
  },
  {
    at: 'letters',
    name: 'Dead letters',
    key: 'd',
    about: 'what consumers gave up on; look at it, put it back',
    who: 'operator',
    load: () => import('./screens/letters/index.tsx'),
  },
  {
    at: 'processes',
    name: 'Processes',
    key: 'p',
    about: 'instances: what stands still; retry, resume, resolve',
    who: 'operator',
    load: () => import('./screens/processes/index.tsx'),
  },
  {
    at: 'effects',
    name: 'Effects',
    key: 'e',
    about: 'what is asked of the world outside; retry, answer by hand',
    who: 'operator',
    load: () => import('./screens/effects/index.tsx'),
  },
  {
    at: 'schedules',
    name: 'Schedules',
    key: 'c',
    about: 'when each runs; pause, resume, run, skip',
    who: 'operator',
    load: () => import('./screens/schedules/index.tsx'),
  },
  {
    at: 'model',
    name: 'Model',
    key: 'm',
    about: 'aggregates, commands, events, views and processes of the manifest',
    who: 'operator',
    load: () => import('./screens/model/index.tsx'),
  },
  {
    at: 'cost',
    name: 'Cost',
    key: 'o',
    about: 'what the last hour has cost by part and service, and what the month will',
    who: 'operator',
    load: () => import('./screens/cost/index.tsx'),
  },
  {
    at: 'subjects',
    name: 'Subjects',
    key: 'u',
    about: 'what is held about a person; export, erasure with its certificate',
    who: 'eraser',
    load: () => import('./screens/subjects/index.tsx'),
  },
  {
    at: 'desk',
    name: 'Desk',
    key: 'a',
    about: 'the views that your roles may read, the commands that they may send',
    who: 'anybody',
    load: () => import('./screens/desk/index.tsx'),
  },
];
