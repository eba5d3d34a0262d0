import { commitStore } from '../../aws/store/commit-store.ts';
import { streamNames } from '../../aws/store/stream-names.ts';
import { systemClock, systemHash } from '../../aws/system.ts';
import type { Manifest } from '../../core/manifest.ts';
import { parseStream } from '../../core/stream.ts';
import { tagsIn } from '../../core/tag/stream.ts';
import { carriersOf, completeTag, fillTag } from '../../engine/history/fill-tags.ts';
import { instant } from '../../engine/instant.ts';
import type { Clock, Keys, Store } from '../../engine/ports.ts';
import { readAll } from '../../engine/store/read-all.ts';
import { connect } from '../stack.ts';
import { count, type Print } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';

/** What `foldstream tags fill` was asked for. */
export type FillOptions = Readonly<{ manifest: Manifest; tag: string; dryRun?: boolean; stack?: string }>;

type Filled = Readonly<{ store: Store; keys: Pick<Keys, 'hash'>; clock: Pick<Clock, 'now'>; names: AsyncIterable<string> }>;

/** Enters all events into a tag that carry it and are not in it. A dry run only counts them. */
export const fillFromStore = async (
  { manifest, tag, dryRun = false }: FillOptions,
  { store, keys, clock, names }: Filled,
  print: Print,
  bar: Bar,
): Promise<void> => {
  const tags = tagsIn(manifest.aggregates);
  const asked = tags.find(({ name }) => name === tag);
  if (!asked)
    throw new UserError(
      `There is no tag '${tag}'.`,
      tags.length > 0 ? `The manifest has ${tags.map(({ name }) => name).join(', ')}.` : 'The manifest has no tags.',
    );
  const sources = new Set(asked.from.map(({ category }) => category));
  const { carriers, note } = carriersOf(manifest.aggregates, (name) => name === tag);
  let streams = 0;
  for await (const name of names) {
    if (!sources.has(parseStream(name)?.category ?? '')) continue;
    for await (const { commits } of readAll(store, name, { from: 1 })) for (const commit of commits) note(commit);
    streams += 1;
    bar.show({ done: streams });
  }
  let [entered, values] = [0, 0];
  for (const stream of carriers.keys()) {
    const added = await fillTag({ store, keys, deciders: manifest.aggregates }, stream, carriers, dryRun);
    entered += added;
    values += added > 0 ? 1 : 0;
  }
  if (asked.late && !dryRun) await completeTag({ store }, tag, instant(clock.now()));
  bar.end(`${count(streams, 'stream')} read.`);
  const into = `into ${count(values, 'value')} of the tag ${tag}`;
  print(
    dryRun
      ? `${count(entered, 'commit')} would be entered ${into}. Nothing was written.`
      : `${count(entered, 'commit')} entered ${into}.`,
  );
};

/** `foldstream tags fill`: enters the past into a tag that was declared later than its events happened. */
export const fillVerb = async (options: FillOptions, print: Print, bar: (title: string) => Bar): Promise<void> => {
  const { client, commits, form } = await connect(options.stack);
  const store = commitStore(client, commits, { form });
  const target = { store, keys: { hash: systemHash }, clock: systemClock, names: streamNames(client, commits) };
  await fillFromStore(options, target, print, bar('Reading'));
};
