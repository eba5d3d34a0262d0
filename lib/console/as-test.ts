import { type Actor, allowed } from '../core/access.ts';
import type { Commit } from '../core/commit.ts';
import { decide, fold, isRefusal, type Refusal } from '../core/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import type { Message } from '../core/message.ts';
import { type AnyProjection, sourcesOf } from '../core/projection.ts';
import { parseStream, streamName } from '../core/stream.ts';
import type { ViewItem } from '../engine/ports.ts';
import { apply } from '../engine/view/apply.ts';
import { kindOf as itemsOf } from '../engine/view/kinds/index.ts';
import { kindOf } from './kinds.ts';
import { literal } from './literal.ts';
import { deciderOf, type Opened } from './opened.ts';
import { processTest } from './process-test.ts';
import { called, eventsUpTo, lines, messages, minute, mostCommits, NoTest, written } from './test-text.ts';
import { viewOf } from './through.ts';

/** A test that is ready to be pasted, or why there is none. */
export type TestText = Readonly<{ text: string } | { none: string }>;

const aggregate = (category: string): string =>
  `const decider = manifest.aggregates.find(({ category }) => category === ${literal(category)}) as never;`;

/** The state after some commits. */
const stateTest = (manifest: Manifest, opened: Opened, to: number): string => {
  const decider = deciderOf(manifest, opened.stream);
  const events = eventsUpTo(manifest, opened, to).flat();
  if (!decider || !manifest.aggregates.includes(decider)) throw new NoTest('Only states of aggregates are copied as a test.');
  const state = fold(decider, decider.initial, events);
  return written({
    uses: ['fold'],
    from: 'foldstream',
    setUp: `const decider = manifest.aggregates.find(({ category }) => category === ${literal(decider.category)})!;`,
    title: `${opened.stream} after commit ${to}`,
    body: `  const events = [\n${lines(events)}  ];\n  expect(fold(decider as never, decider.initial, events)).toEqual(${literal(state, '  ')});`,
  });
};

/** A command on the state after some commits. */
export type Tried = Readonly<{ command: Message; actor: Actor; at: string }>;

const outcomeCall = (outcome: readonly Message[] | Refusal): string => {
  if (!isRefusal(outcome)) return `.then${called(messages(outcome)).replaceAll('\n', '\n  ')}`;
  const detail = outcome.detail === undefined ? '' : `, ${literal(outcome.detail, '    ')}`;
  return `.${outcome.outdated ? 'outdated' : 'rejected'}(${literal(outcome.refused)}${detail})`;
};

/** What a command on the state after some commits comes to, by this code: a refusal, or events. */
export const tryAt = (manifest: Manifest, opened: Opened, to: number, { command, actor, at }: Tried) => {
  const decider = deciderOf(manifest, opened.stream);
  const format = decider?.commands[command.type];
  if (!decider || !format) throw new Error(`No code of the domain has a command ${command.type} of ${opened.stream}.`);
  if (format.facts || format.tags || format.together)
    throw new Error(`${command.type} decides on other streams too, which are not here: try it on the stream as it is now.`);
  const parsed = format.schema.safeParse(command.data);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const state = fold(decider, decider.initial, eventsUpTo(manifest, opened, to).flat());
  if (!allowed(format.may, actor, decider.owner?.(state as never))) return { refused: 'not-yours' };
  const id = parseStream(opened.stream)?.id ?? '';
  const outcome = decide(decider, state, { type: command.type, data: parsed.data }, { id, actor, at });
  return isRefusal(outcome)
    ? { refused: outcome.refused, ...(outcome.detail && { detail: outcome.detail }) }
    : { events: messages(outcome) };
};

const commandTest = (manifest: Manifest, opened: Opened, to: number, { command, actor, at }: Tried): string => {
  const decider = deciderOf(manifest, opened.stream);
  const format = decider?.commands[command.type];
  if (!decider || !format || !manifest.aggregates.includes(decider)) throw new NoTest('Only commands of aggregates are copied.');
  if (format.facts || format.tags || format.together)
    throw new NoTest(`${command.type} decides on other streams too: give the test what they hold, by the guide on testing.`);
  const events = eventsUpTo(manifest, opened, to).flat();
  const id = parseStream(opened.stream)?.id ?? '';
  const parsed = format.schema.safeParse(command.data);
  if (!parsed.success) throw new NoTest('The command does not fit its schema: correct it first.');
  const state = fold(decider, decider.initial, events);
  const isAllowed = allowed(format.may, actor, decider.owner?.(state as never));
  const asked = { type: command.type, data: parsed.data };
  const then = isAllowed ? outcomeCall(decide(decider, state, asked, { id, actor, at })) : '.forbidden()';
  return written({
    uses: ['deciding'],
    setUp: aggregate(decider.category),
    title: `${command.type} on ${opened.stream} after commit ${to}`,
    body: `  deciding(decider)${called(events)}\n    .when(${literal(command, '    ')}, ${literal({ actor, at, id }, '    ')})\n    ${then};`,
  });
};

/** The commits as `foldstream/testing` makes them of a test's events. */
const asGiven = ({ commits }: Opened, to: number, category: string): readonly Commit[] =>
  commits.slice(0, to).map((commit) => ({
    ...commit,
    stream: streamName(category, '1'),
    command: `http/${commit.commit}`,
    at: minute(commit.commit),
    meta: { actor: 'ada', correlation: `c-${commit.commit}`, causation: `request-${commit.commit}` },
  }));

type Rows = Readonly<{ head: ViewItem | undefined; rows: ReadonlyMap<string, ViewItem> }>;

const rowsOf = (view: AnyProjection, commits: readonly Commit[]): Rows => {
  const { head, rows } = commits.length === 0 ? { head: undefined, rows: [] } : apply(view, undefined, commits, minute(0));
  if (head?.parked) throw new NoTest(`The view parks at commit ${head.parked.commit}: ${head.parked.reason}`);
  return { head, rows: new Map(rows.map((item) => [item.sort, item])) };
};

/** A view's rows after some commits. */
const viewTest = (manifest: Manifest, opened: Opened, to: number, name: string): string => {
  const view = viewOf(manifest, name);
  const category = parseStream(opened.stream)?.category ?? '';
  const { tests, totals } = kindOf(view);
  if (!tests) throw new NoTest('An event log says what was appended, and needs no test of its own.');
  if (!totals && sourcesOf(view)[0]?.category !== category)
    throw new NoTest(`Tests of ${name} are given events of ${sourcesOf(view)[0]?.category}.`);
  const given = eventsUpTo(manifest, opened, to).map((events) => (events.length === 1 ? events[0] : events));
  const { head, rows } = rowsOf(view, asGiven(opened, to, category));
  const found = [head, ...[...rows.keys()].sort().map((sort) => rows.get(sort))].flatMap((item) =>
    item ? itemsOf(view).rowsIn(item) : [],
  );
  const call = totals
    ? `sharing(view)({\n    1: [\n${lines(given).replaceAll(/^/gm, '  ').trimEnd()}\n    ],\n  }).rows(${literal(totals(view, head), '  ')});`
    : `projecting(view)${called(given)}.rows${called(found)};`;
  return written({
    uses: [tests],
    setUp: `const view = manifest.projections.find(({ name, revision }) => name === ${literal(name)} && revision === ${view.revision}) as never;`,
    title: `${name} after commit ${to} of ${opened.stream}`,
    body: `  ${call}`,
  });
};

/** What the page shows, as a given/when/then test. */
export type AsTest = Readonly<{
  kind: 'decider' | 'view' | 'process';
  name: string;
  commit: number;
  /** The command of the form, if one was tried. */
  tried?: Tried;
  /** The instance of the process has gone through nothing before this commit. */
  isFirst?: boolean;
}>;

export const asTest = (manifest: Manifest, opened: Opened, { kind, name, commit, tried, isFirst = false }: AsTest): TestText => {
  try {
    if (commit > mostCommits) throw new NoTest(`Nobody reads a test of ${commit} commits: ${mostCommits} are copied at most.`);
    if (kind === 'view') return { text: viewTest(manifest, opened, commit, name) };
    if (kind === 'process') return { text: processTest(manifest, opened, commit, name, isFirst) };
    return { text: tried ? commandTest(manifest, opened, commit, tried) : stateTest(manifest, opened, commit) };
  } catch (cause) {
    return { none: cause instanceof Error ? cause.message : String(cause) };
  }
};
