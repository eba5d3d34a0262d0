import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningClients } from '../../lib/aws/deployment/running-functions.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { freePort } from '../../lib/cli/local/port.ts';
import { eventually } from '../support/eventually.ts';
import { type Clone, cloneWith, type Started } from '../support/over-http/clone.ts';
import type { Call } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const terms = { price: 9_000, currency: 'EUR' };
const mail = 'a'.repeat(64);

/**
 * The commits of an export, but for those of unique values, whose streams' names are made with the deployment's own secret, and for the mark that
 * an import leaves.
 */
const commitsIn = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"unique-'))
    .map((line) => line.replace(/"imported":"[^"]+",/, ''))
    .sort();

const matches = (answer: unknown, row: object): boolean => {
  try {
    expect(answer).toMatchObject(row);
    return true;
  } catch {
    return false;
  }
};

describe.runIf(overHttp())("a manifest in the reference's place", () => {
  let clone: Clone;
  let port: string;
  let hotel: Started;
  let guest: Call;
  let operator: Call;

  const start = async (...args: string[]) => {
    hotel = await clone.start('--port', port, ...args);
    [guest, operator] = await Promise.all([hotel.as('customer'), hotel.as('operator')]);
  };
  const reservation = async (id: string, status: string) =>
    (
      await eventually(
        () => operator('GET', `/views/reservations/${id}`),
        ({ body }) => body.status === status,
      )
    ).body;
  const request = (id: string, from: string, nights: number) =>
    guest('POST', `/reservation/${id}/request`, { room: '12', from, nights, ...terms });
  /** The answers of the three views. */
  const views = async () => {
    const paths = [
      'reservations/r1',
      'reservations/r2',
      'reservations/r3',
      'room-calendar/12',
      'occupancy/2026-12-24',
      'occupancy/2026-12-26',
    ];
    return Promise.all(paths.map(async (path) => (await operator('GET', `/views/${path}`)).body));
  };
  const whole = [
    { id: 'r1', status: 'confirmed', from: '2026-12-24', nights: 2, amount: 18_000 },
    { id: 'r2', status: 'rejected', reason: 'nights-taken' },
    { id: 'r3', status: 'cancelled' },
    {
      items: [
        { night: '2026-12-24', reservation: 'r1' },
        { night: '2026-12-25', reservation: 'r1' },
      ],
    },
    { rooms: ['12'] },
    // A shared row goes with its last share.
    { status: 404 },
  ];

  /** Compared as a whole, with what differs in the message where it never comes to that. */
  const isWhole = (answers: readonly object[]) => whole.every((row, i) => matches(answers[i], row));

  beforeAll(async () => {
    clone = cloneWith('./test/hotel/index.ts');
    port = `${await freePort()}`;
  });
  afterAll(() => clone.remove());

  it('is started by npm start: nothing of the bank is seeded, and what to try is its own', async () => {
    await start();
    expect(hotel.said).not.toContain('Seeding');
    expect(hotel.said).toMatch(/curl -s -X POST \S+\/guest\/my-first\/register -H "Authorization: Bearer \$TOKEN" -d '\{"mail":/);
    expect((await guest('POST', '/account/a1/open', { currency: 'EUR' })).status).toBe(404);
  });

  it('takes bookings: one is paid for, one finds its nights taken, one is cancelled', async () => {
    expect((await guest('POST', '/guest/g1/register', { mail })).status).toBe(201);
    expect((await guest('POST', '/guest/g2/register', { mail })).body).toMatchObject({
      type: 'urn:foldstream:problem:mail-taken',
    });
    await operator('POST', '/room/12/offer', terms);
    await request('r1', '2026-12-24', 2);
    await reservation('r1', 'kept');
    await request('r2', '2026-12-25', 3);
    await reservation('r2', 'rejected');
    await request('r3', '2026-12-26', 1);
    await reservation('r3', 'kept');
    expect((await guest('POST', '/payment/r1/receive', {})).status).toBe(403);
    expect((await operator('POST', '/payment/r1/receive', {})).status).toBe(200);
    await reservation('r1', 'confirmed');
    expect((await guest('POST', '/reservation/r3/cancel', {})).status).toBe(200);
    await eventually(views, isWhole);
  });

  it('is deployed without a view, and with it again, which then never answers as if there were no history', async () => {
    const index = 'test/hotel/index.ts';
    const held = () => operator('GET', '/views/occupancy/2026-12-24');
    clone.edit(index, (text) =>
      text.replace(
        'projections: [reservations, roomCalendar, occupancy]',
        "projections: [reservations, roomCalendar], retired: { occupancy: 'A test.' }",
      ),
    );
    await start();
    expect((await held()).status).toBe(404);
    clone.edit(index, (text) =>
      text.replace(
        "projections: [reservations, roomCalendar], retired: { occupancy: 'A test.' }",
        'projections: [reservations, roomCalendar, occupancy]',
      ),
    );
    await start();
    const first = await held();
    expect([first.status, first.body.rooms ?? first.body.type]).toBeOneOf([
      [200, ['12']],
      [503, 'urn:foldstream:problem:view-is-being-built'],
    ]);
    if (first.status === 503) await clone.run('foldstream', 'rebuild', 'occupancy', '--why', 'it is back');
    const answers = new Set<number>();
    const back = await eventually(held, ({ status }) => answers.add(status) && status === 200);
    expect(back.body).toMatchObject({ rooms: ['12'] });
    expect([...answers].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await views()).toMatchObject(whole);
  });

  it('is exported, and imported into an empty deployment at the same address', async () => {
    const [out, again] = [join(clone.home, 'out.ndjson'), join(clone.home, 'again.ndjson')];
    await clone.run('foldstream', 'export', '--out', out);
    const { api } = hotel;
    await start('--fresh');
    expect(hotel.api).toBe(api);
    await clone.run('foldstream', 'import', out);
    await eventually(views, isWhole);
    await clone.run('foldstream', 'export', '--out', again);
    expect(commitsIn(again)).toEqual(commitsIn(out));
    expect((await guest('POST', '/guest/g2/register', { mail })).body).toMatchObject({
      type: 'urn:foldstream:problem:mail-taken',
    });
    expect(await clone.run('foldstream', 'verify', '--all')).toMatch(/streams/);
  });

  it('has saved code brought in by foldstream dev --stack, and gets its own back at the end; a protected stack is refused', async () => {
    const { endpoint, stack } = hotel.deployment;
    const { stacks } = runningClients(accessTo(endpoint));
    const protect = (on: boolean) =>
      stacks.send(new UpdateTerminationProtectionCommand({ StackName: stack, EnableTerminationProtection: on }));
    const settings = ['plainHttp=true', 'nested=false', 'issuer=none', 'tags=ms-custom-id=foldstream'].flatMap((each) => [
      '-c',
      each,
    ]);
    await protect(true);
    expect(await clone.besides(endpoint, 'dev', '--stack', stack, ...settings).closed()).toContain('protected from deletion');
    await protect(false);

    const offer = async () => (await operator('POST', '/room/13/offer', { price: 13, currency: 'EUR' })).body.type;
    const dev = clone.besides(endpoint, 'dev', '--stack', stack, ...settings);
    await eventually(
      async () => dev.said(),
      (said) => said.includes('Watching '),
    );
    const rule = 'Offer: (state, { price, currency }) =>\n      price ===';
    clone.edit('test/hotel/room.ts', (text) =>
      text.replace(rule, rule.replace('price ===', "price === 13 ? refuse('unlucky') : price ===")),
    );
    await eventually(offer, (type) => type === 'urn:foldstream:problem:unlucky');
    expect(await dev.end()).toMatch(/functions? of .* got that back/);
    expect(await offer()).toBeUndefined();
  });

  it('is looked at by the unit tests and by the simulator as the reference is, and breaks no test of the kernel', async () => {
    // The suites that read the manifest of package.json: no other test of the kernel can know that it is another one.
    const rooms = ['test/manifest', 'test/cli', 'test/structure', 'test/docs'];
    expect(await clone.exec('vitest', 'run', '--project', 'unit', ...rooms)).toMatch(/Tests .*\d{3,} passed/);
    expect(await clone.run('simulate', '--manifest', 'test/hotel/index.ts', '--runs', '20')).toContain('every promise was kept');
  });
});
