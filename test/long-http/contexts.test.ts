import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { manifest } from '../../domains/contexts.ts';
import { matchesOf } from '../../domains/trade/book.ts';
import type { Trade } from '../../domains/trade/decider.ts';
import { rulesVerb } from '../../lib/cli/history/rules.ts';
import { home } from '../integration/setup.ts';
import { eventually } from '../support/eventually.ts';
import { contextsDeployment, type People } from '../support/over-http/contexts.ts';
import { type Answer, type Call, fresh } from '../support/over-http/http.ts';
import { noticeReceiver } from '../support/over-http/notices.ts';
import { overHttp } from '../support/over-http/over-http.ts';

/** A row as soon as it is as it should be. */
const row = (call: Call, path: string, expected: object): Promise<Answer> =>
  eventually(
    () => call('GET', `/views/${path}`),
    ({ body }) => {
      try {
        expect(body).toMatchObject(expected);
        return true;
      } catch {
        return false;
      }
    },
  );

/** Sends a command that takes effect. */
const send = async (call: Call, path: string, body: object = {}): Promise<Answer> => {
  const answer = await call('POST', path, body);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer;
};

/** Sends a command until it is decided: one that lost too many races, or met an overload, is sent again under its key. */
const decided = async (call: Call, path: string, body: object): Promise<Answer> => {
  const key = { 'idempotency-key': fresh() };
  return eventually(
    () => call('POST', path, body, key),
    ({ status }) => ![409, 429, 503].includes(status),
  );
};

// One deployment for all contexts: a test of another one is added here, and takes the people that it needs.
describe.runIf(overHttp())('the contexts, over HTTP', () => {
  let people: People;
  let notices: Awaited<ReturnType<typeof noticeReceiver>>;
  beforeAll(async () => {
    notices = await noticeReceiver(inject('endpoint'));
    people = await contextsDeployment();
  });
  afterAll(() => notices.stop());

  it('a trade is matched, matched in part, and cancelled, and all money and shares are somewhere', async () => {
    const { ada, bob, operator, ids } = people;
    const [book, a, b] = [fresh(), fresh(), fresh()];
    await send(operator, `/trade/${book}/open-book`, { currency: 'EUR' });
    await send(operator, `/trade/${book}/issue`, { holder: ids.ada, quantity: 10 });
    await send(ada, `/account/${a}/open`, { currency: 'EUR' });
    await send(bob, `/account/${b}/open`, { currency: 'EUR' });
    await send(bob, `/account/${b}/deposit`, { amount: 1_000, currency: 'EUR' });
    // An order is placed on an account that has the money.
    expect(await bob('POST', `/trade/${book}/place`, { side: 'buy', price: 1_001, quantity: 1, account: b })).toMatchObject({
      status: 422,
      body: { type: 'urn:foldstream:problem:insufficient-funds', balance: 1_000 },
    });
    // Nobody sells what they do not have, or is paid on another's account.
    expect((await bob('POST', `/trade/${book}/place`, { side: 'sell', price: 50, quantity: 1, account: b })).status).toBe(422);
    expect((await ada('POST', `/trade/${book}/place`, { side: 'sell', price: 50, quantity: 1, account: b })).status).toBe(403);
    await send(ada, `/trade/${book}/place`, { side: 'sell', price: 50, quantity: 4, account: a });
    // Matched in full, at the better price: of 60 for each, 10 go back.
    await send(bob, `/trade/${book}/place`, { side: 'buy', price: 60, quantity: 4, account: b });
    await row(ada, `account-balance/${a}`, { balance: 200 });
    await row(bob, `account-balance/${b}`, { balance: 800 });
    // Matched in part; the rest is cancelled.
    await send(bob, `/trade/${book}/place`, { side: 'buy', price: 40, quantity: 5, account: b });
    await row(bob, `account-balance/${b}`, { balance: 600 });
    await eventually(
      () => bob('GET', `/views/trade-books/${book}`),
      ({ body }) => JSON.stringify(body).includes('"inBook":true'),
    );
    await send(ada, `/trade/${book}/place`, { side: 'sell', price: 40, quantity: 2, account: a });
    await row(ada, `account-balance/${a}`, { balance: 280 });
    const open = { instrument: book, order: 3, side: 'buy', left: 3 };
    await row(bob, `trade-positions/${ids.bob}`, { positions: { [book]: { shares: 6, cost: 280 } }, open: [open] });
    expect((await ada('POST', `/trade/${book}/cancel`, { order: 3 })).status).toBe(422);
    await send(bob, `/trade/${book}/cancel`, { order: 3 });
    await row(bob, `account-balance/${b}`, { balance: 720 });
    await row(ada, `trade-positions/${ids.ada}`, { positions: { [book]: { shares: 4, cost: 0, realized: 280 } }, open: [] });
    const fills = await row(ada, `trade-fills/${book}`, {
      items: [
        { price: 50, quantity: 4, why: 'best-price', buy: { order: 2, limit: 60 }, sell: { order: 1, limit: 50 } },
        { price: 40, quantity: 2, why: 'best-price', buy: { order: 3, left: 3 }, sell: { order: 4, left: 0 } },
      ],
    });
    expect(JSON.stringify(fills.body)).not.toContain(ids.bob);
    // History explains a fill: the book in which the order of bob had just come gives it again.
    const { commits } = (await operator('GET', `/streams/trade/${book}?limit=100`)).body as { commits: Recorded[] };
    const filled = commits.filter(({ events }) => events.some(({ type }) => type === 'OrdersMatched'));
    expect(filled).toHaveLength(2);
    for (const { version, events } of filled) {
      const made = events.filter(({ type }) => type === 'OrdersMatched');
      const before = await operator('GET', `/streams/trade/${book}/state?version=${version - made.length}`);
      expect(matchesOf((before.body as { state: Trade }).state.book)).toEqual(made.map(({ data }) => data));
    }
    // An account that was closed takes no money: it is set aside, and paid to another one.
    const [closing, other] = [fresh(), fresh()];
    for (const id of [closing, other]) await send(ada, `/account/${id}/open`, { currency: 'EUR' });
    await send(ada, `/trade/${book}/place`, { side: 'sell', price: 30, quantity: 1, account: closing });
    await send(ada, `/account/${closing}/close`, { reason: 'moved' });
    expect((await ada('POST', `/trade/${book}/place`, { side: 'sell', price: 30, quantity: 1, account: closing })).status).toBe(
      422,
    );
    await send(bob, `/trade/${book}/place`, { side: 'buy', price: 30, quantity: 1, account: b });
    await row(ada, `trade-positions/${ids.ada}`, { positions: { [book]: { aside: 30 } } });
    expect((await bob('POST', `/trade/${book}/pay-out`, { account: other })).status).toBe(403);
    await send(ada, `/trade/${book}/pay-out`, { account: other });
    await row(ada, `account-balance/${other}`, { balance: 30 });
    await row(ada, `trade-positions/${ids.ada}`, { positions: { [book]: { aside: 0 } } });
  });

  it('a document is written: undo, undo, redo, edit, undo; and a branch comes back with its conflict named', async () => {
    const { ada, nobody } = people;
    const id = fresh();
    const to = (command: string, body: object = {}) => send(ada, `/document/${id}/${command}`, body);
    await to('draft', { title: 'Terms' });
    await to('write', { section: '1', text: 'a' });
    await to('write', { section: '1', text: 'b' });
    await to('undo');
    await to('undo');
    await to('redo');
    await to('write', { section: '2', text: 'c' });
    await to('undo');
    expect((await ada('POST', `/document/${id}/redo`, {})).status).toBe(200);
    await row(ada, `documents/${id}`, { text: { 1: 'a', 2: 'c' } });
    await to('open-branch', { branch: 'new' });
    await to('write', { branch: 'new', section: '1', text: 'theirs' });
    await to('write', { section: '1', text: 'ours' });
    expect(await ada('POST', `/document/${id}/merge`, { branch: 'new' })).toMatchObject({
      status: 422,
      body: { conflicts: [{ section: '1', base: 'a', ours: 'ours', theirs: 'theirs' }] },
    });
    await to('merge', { branch: 'new', resolved: [{ section: '1', text: 'both' }] });
    await to('publish');
    await row(nobody, `document-editions/${id}`, { items: [{ edition: 1, text: { 1: 'both', 2: 'c' } }] });
  });

  it('a device comes back after three days, and repeats what was never acknowledged', async () => {
    const { ada } = people;
    const id = fresh();
    const day = 24 * 3_600_000;
    const begin = Math.floor((Date.now() - 3 * day) / day) * day;
    const readings = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => ({
        sequence: from + i,
        measured: new Date(begin + (from + i - 1) * 6 * 3_600_000).toISOString(),
        value: 20_000 + from + i,
      }));
    await send(ada, `/telemetry/${id}/register`, { unit: 'degrees', limit: 30_000 });
    await send(ada, `/telemetry/${id}/report`, { readings: readings(1, 2) });
    // After three days: a gap is asked for, and what is known already is taken once.
    expect(await ada('POST', `/telemetry/${id}/report`, { readings: readings(5, 12) })).toMatchObject({
      status: 422,
      body: { next: 3 },
    });
    await send(ada, `/telemetry/${id}/report`, { readings: readings(1, 7) });
    await send(ada, `/telemetry/${id}/report`, { readings: readings(5, 12) });
    await send(ada, `/telemetry/${id}/report`, { readings: readings(5, 12) });
    const dayOf = (n: number) => new Date(begin + n * day).toISOString().slice(0, 10);
    await row(ada, `telemetry-days/${id}`, {
      items: [0, 1, 2].map((n) => ({ from: dayOf(n), count: 4, least: 20_001 + 4 * n, most: 20_004 + 4 * n })),
    });
  });

  it('a match is watched without a token, and replayed under other rules', async () => {
    const { ada, bob, nobody, operator } = people;
    const id = fresh();
    await send(ada, `/match/${id}/open`);
    await send(bob, `/match/${id}/join`);
    for (const [i, column] of [0, 6, 1, 6, 2, 5, 4, 5, 3].entries())
      await send(i % 2 === 0 ? ada : bob, `/match/${id}/drop`, { column });
    const board = await row(nobody, `match-boards/${id}`, { status: 'won', winner: 'o' });
    expect(board.body.board).toContain('ooooo' + 'xx');
    await eventually(
      () => nobody('GET', `/views/match-moves/${id}`),
      ({ body }) => (body.items as readonly object[]).length === 11,
    );
    const { commits } = (await operator('GET', `/streams/match/${id}?limit=100`)).body as { commits: object[] };
    const against = join(home, 'match.ndjson');
    const stream = `match-${id}`;
    writeFileSync(against, commits.map((commit) => `${JSON.stringify(toCommit(stream, commit as never))}\n`).join(''));
    const { report } = await rulesVerb({ manifest, against, rules: 'domains/match/three-in-line.ts' });
    expect(report).toMatchObject([{ stream, departs: { commit: 7 }, refused: { 'not-playing': 4 } }]);
  });

  it('a ticket is routed and answered, and its customer is told once, though the first answer of the receiver is lost', async () => {
    const { ada, operator, ids } = people;
    const id = fresh();
    await send(operator, '/desk/billing/come', { agent: 'a1' });
    await send(ada, `/ticket/${id}/open`, { subject: 'My invoice', text: 'It is wrong.' });
    await row(ada, `tickets/${id}`, { team: 'billing', agent: 'a1' });
    await send(operator, `/ticket/${id}/answer`, { text: 'It is right now.' });
    const told = await row(ada, `tickets/${id}`, { customer: ids.ada, status: 'answered', notified: true });
    expect(told.body.reason).toContain("mentions 'invoice'");
    // The message came twice under one id, by which the receiver knows that it is one.
    const [first, ...others] = notices.came(id);
    expect([others, notices.invalid()]).toEqual([[first], 0]);
    const { body } = await operator('GET', '/ops/effects?status=answered&effect=notifyCustomer');
    expect(body).toMatchObject({ performances: [{ status: 'answered', attempts: 2 }] });
    const { commits } = (await operator('GET', `/streams/ticket/${id}`)).body as { commits: { events: { type: string }[] }[] };
    const types = commits.flatMap(({ events }) => events.map(({ type }) => type));
    expect(types).toEqual(['TicketOpened', 'TicketRouted', 'TicketAnswered', 'NoticeEnded']);
  });

  it('of 32 students who want the 5 places of a course at the same time exactly 5 are in, and the roster has them', async () => {
    const { ada, bob, operator, ids } = people;
    const course = fresh();
    await send(operator, `/course/${course}/offer`, { title: 'Logic', places: 5, language: 'en' });
    // Two for themselves, the others by the office.
    const themselves = [
      { call: ada, student: ids.ada },
      { call: bob, student: ids.bob },
    ];
    const racers = [...themselves, ...Array.from({ length: 30 }, () => ({ call: operator, student: fresh() }))].map((racer) => ({
      ...racer,
      enrolment: fresh(),
    }));
    const enrol = ({ call, student, enrolment }: (typeof racers)[number]) =>
      decided(call, `/enrolment/${enrolment}/enrol`, { course, student });
    const answers = await Promise.all(racers.map(enrol));
    const isIn = (n: number) => answers[n]!.status < 300;
    const full = { status: 422, body: { type: 'urn:foldstream:problem:course-full', places: 5 } };
    for (const answer of answers.filter((_, n) => !isIn(n))) expect(answer).toMatchObject(full);
    const admitted = racers.filter((_, n) => isIn(n));
    expect(admitted).toHaveLength(5);
    const rosterOf = (students: readonly string[]) =>
      eventually(
        () => operator('GET', `/views/enrolments?list=by-course&by=${course}&limit=100`),
        ({ body }) => {
          const rows = (body.items ?? []) as readonly { student: string }[];
          return JSON.stringify(rows.map(({ student }) => student).sort()) === JSON.stringify([...students].sort());
        },
      );
    await rosterOf(admitted.map(({ student }) => student));
    await row(operator, `course-places/${course}`, { places: 5, taken: 5 });
    // Whoever leaves gives the place back, and who was refused gets it.
    const [leaving, ...staying] = admitted;
    const next = racers.find((_, n) => !isIn(n))!;
    await send(operator, `/enrolment/${leaving!.enrolment}/leave`);
    expect((await enrol(next)).status).toBeLessThan(300);
    await rosterOf([...staying, next].map(({ student }) => student));
    await row(operator, `course-places/${course}`, { places: 5, taken: 5 });
    expect(await ada('POST', `/enrolment/${fresh()}/enrol`, { course, student: ids.bob })).toMatchObject({
      status: 422,
      body: { type: 'urn:foldstream:problem:not-yourself' },
    });
  });
});

type Recorded = Readonly<{ version: number; events: readonly Readonly<{ type: string; data: unknown }>[] }>;

/** A commit of the history's answer, in the form of an export. */
const toCommit = (
  stream: string,
  { events, ...commit }: { events: { type: string; v: number; data: unknown }[]; actor: string },
) => ({
  ...commit,
  stream,
  events: events.map(({ type, v, data }) => ({ type, v, data })),
  meta: { actor: commit.actor },
});
