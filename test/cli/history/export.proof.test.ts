import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type CloudEvent, HTTP } from 'cloudevents';
import { afterAll, describe, expect, it } from 'vitest';
import { exportInto } from '../../../lib/cli/history/export.ts';
import { root } from '../../../lib/cli/local/deployment.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { Scanner } from '../../../lib/engine/ports.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { eventually } from '../../support/eventually.ts';
import { commitOf } from '../../support/store/commits.ts';

const scratch = mkdtempSync(join(tmpdir(), 'foldstream-export-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let folders = 0;
const folder = () => join(scratch, `out-${folders++}`);
const silent = { show: () => {}, end: () => {} };
const segments = 2;

/** The same commits in this process and in the one that is killed. */
const history = (): readonly Commit[] =>
  Array.from({ length: 30 }, (_, stream) =>
    Array.from({ length: 1 + ((stream * 7) % 20) }, (_, n) =>
      commitOf(`account-${stream}`, n + 1, { command: `http/${stream}-${n}` }),
    ),
  ).flat();

/** Five commits a page, by their numbers as texts, so that each stream is met again and again, and not in its order. Also runs in the other process. */
const scannerOver = (commits: readonly Commit[]): Scanner => {
  const number = (stream: string) => Number(stream.slice('account-'.length));
  const place = ({ stream, commit }: Pick<Commit, 'stream' | 'commit'>) => `${commit}/${stream}`;
  const all = commits.toSorted((x, y) => (place(x) < place(y) ? -1 : 1));
  return {
    scan: async ({ segment, of }, { after }) => {
      const rest = all.filter((commit) => number(commit.stream) % of === segment && (!after || place(commit) > place(after)));
      const page = rest.slice(0, 5);
      const last = page.at(-1);
      return { commits: page, units: 1, ...(last && rest.length > 5 && { next: { stream: last.stream, commit: last.commit } }) };
    },
  };
};

const sourceOf = (over: object = {}) => {
  const store = memoryStore();
  store.restore(history());
  const now = () => '2026-11-21T12:00:00.000Z';
  return { table: 'commits', store, scanner: scannerOver(history()), about: 300, now, memberBytes: 12_000, ...over };
};

const parts = (at: string) => readdirSync(at).filter((file) => file.endsWith('.ndjson.gz'));
const linesIn = (at: string) =>
  parts(at).flatMap((part) =>
    gunzipSync(readFileSync(join(at, part)))
      .toString()
      .split('\n')
      .filter((line) => line !== ''),
  );
const filesIn = (at: string) =>
  Object.fromEntries(readdirSync(at).map((file) => [file, readFileSync(join(at, file)).toString('base64')]));

const whole = (at: string) => {
  const commits = linesIn(at).map((line) => (JSON.parse(line) as { data: Commit }).data);
  const byStream = Map.groupBy(commits, ({ stream }) => stream);
  for (const [, own] of byStream) expect(own.map(({ commit }) => commit)).toEqual(own.map((_, i) => i + 1));
  const name = ({ stream, commit }: Commit) => `${stream}/${String(commit).padStart(4, '0')}`;
  expect(commits.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))).toEqual(
    history().toSorted((a, b) => (name(a) < name(b) ? -1 : 1)),
  );
};

/** An export in a process of its own, slow enough to be met in the middle. */
const exporter = (at: string): ChildProcess => {
  const script = `
    import { exportInto } from '${root}/lib/cli/history/export.ts';
    import { memoryStore } from '${root}/lib/testing/memory/store.ts';
    const commits = JSON.parse(process.env.HISTORY);
    const store = memoryStore();
    store.restore(commits);
    const scanner = (${scannerOver})(commits);
    const scan = async (segment, options) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return scanner.scan(segment, options);
    };
    const now = () => '2026-11-21T12:00:00.000Z';
    await exportInto(${JSON.stringify(at)}, { segments: ${segments} },
      { table: 'commits', store, scanner: { scan }, about: 300, now, memberBytes: 12000 }, { show() {}, end() {} });`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HISTORY: JSON.stringify(history()) },
  });
};

const written = (at: string) => (existsSync(at) ? parts(at).reduce((sum, part) => sum + statSync(join(at, part)).size, 0) : 0);

describe('an export', () => {
  it('that is killed again and again has, in the end, every commit once and in order', async () => {
    const at = folder();
    let kills = 0;
    for (let sizes = 0; ; sizes += 1) {
      const before = written(at);
      const child = exporter(at);
      const ended = once(child, 'exit');
      // It is killed as soon as it has written anything more; its progress by then is random.
      await eventually(
        async () => written(at) > before || child.exitCode !== null,
        (is) => is,
        { every: 1 },
      );
      child.kill('SIGKILL');
      const [code] = await ended;
      if (code === 0) break;
      kills += 1;
      expect(sizes).toBeLessThan(100);
    }
    expect(kills).toBeGreaterThan(2);
    whole(at);
    expect(readdirSync(at).filter((file) => file.endsWith('.place'))).toEqual([]);
  });

  it('cuts off what was written behind its last place', async () => {
    const [at, other] = [folder(), folder()];
    await exportInto(other, { segments }, sourceOf(), silent);
    let pages = 0;
    const cut = sourceOf();
    const scan: typeof cut.scanner.scan = async (segment, options) => {
      pages += 1;
      if (pages > 40) throw new Error('The power went.');
      return cut.scanner.scan(segment, options);
    };
    await expect(exportInto(at, { segments }, { ...cut, scanner: { scan } }, silent)).rejects.toThrow('The power went.');
    expect(written(at)).toBeGreaterThan(0);
    for (const part of parts(at)) appendFileSync(join(at, part), 'half a member');
    await exportInto(at, { segments }, sourceOf(), silent);
    whole(at);
    // The same commits are the same lines.
    expect(linesIn(at).toSorted()).toEqual(linesIn(other).toSorted());
  });

  it('that is whole is left alone, and another one is not mixed into it', async () => {
    const at = folder();
    const sheet = await exportInto(at, { segments }, sourceOf(), silent);
    expect(sheet).toMatchObject({ commits: history().length, streams: 30, holes: [], finishedAt: '2026-11-21T12:00:00.000Z' });
    const before = filesIn(at);
    await exportInto(at, { segments }, sourceOf(), silent);
    expect(filesIn(at)).toEqual(before);
    await expect(exportInto(at, { segments, category: 'account' }, sourceOf(), silent)).rejects.toThrow('holds another export');
    await expect(exportInto(at, { segments: 3 }, sourceOf(), silent)).rejects.toThrow('holds another export');
  });

  it('is alone in its folder', async () => {
    const at = folder();
    const source = sourceOf();
    const asked: Promise<unknown>[] = [];
    const scan: typeof source.scanner.scan = (segment, options) => {
      if (asked.length === 0) asked.push(exportInto(at, { segments }, sourceOf(), silent).catch((error: unknown) => error));
      return source.scanner.scan(segment, options);
    };
    await exportInto(at, { segments }, { ...source, scanner: { scan } }, silent);
    expect(String(await asked[0])).toContain(`Process ${process.pid} exports into`);
  });

  it('has one valid CloudEvent for each commit', async () => {
    const at = folder();
    await exportInto(at, { segments }, sourceOf(), silent);
    const ids = new Set<string>();
    for (const line of linesIn(at)) {
      const event = HTTP.toEvent({
        headers: { 'content-type': 'application/cloudevents+json' },
        body: line,
      }) as CloudEvent<Commit>;
      expect(event.validate()).toBe(true);
      expect(event).toMatchObject({ type: 'foldstream.commit', source: 'urn:foldstream:commits', subject: event.data?.stream });
      ids.add(event.id);
    }
    expect(ids.size).toBe(history().length);
  });

  it('of nothing is an empty one that can be read', async () => {
    const at = folder();
    const store = memoryStore();
    await exportInto(at, { segments }, sourceOf({ store, scanner: scannerOver([]) }), silent);
    expect(linesIn(at)).toEqual([]);
    writeFileSync(join(at, 'note.txt'), 'not a part');
    expect(parts(at)).toHaveLength(segments);
  });
});
