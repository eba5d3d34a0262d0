import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { freePort } from '../../lib/cli/local/port.ts';
import { eventually } from '../support/eventually.ts';
import { type Clone, cloneWith } from '../support/over-http/clone.ts';
import type { Call } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const decider = 'test/hotel/room.ts';
const index = 'test/hotel/index.ts';
/** Each question takes the processor time that the loop needs. */
const often = { every: 200 };

const before = 'Offer: (state, { price, currency }) =>\n      price ===';
/** A room at this price is refused by this rule. */
const by = (rule: string) => `Offer: (state, { price, currency }) =>\n      price === 13 ? refuse('${rule}') : price ===`;

const view = `import { rowPerStream } from '../../../lib/index.ts';
import { type RoomEvent, roomSource } from '../events/room.ts';

export const prices = rowPerStream<{ price: number }, RoomEvent>()({
  name: 'prices',
  revision: 1,
  from: roomSource,
  may: ['operator'],
  on: { RoomOffered: (_, { data }) => ({ price: data.price }) },
});
`;

describe.runIf(overHttp())('npm start brings saved changes into the running deployment', () => {
  let clone: Clone;
  let port: string;
  let operator: Call;
  let rule = before;

  const start = async () => {
    operator = await (await clone.start('--port', port)).as('operator');
    await eventually(
      async () => clone.heard(),
      (said) => said.includes('Watching '),
    );
  };
  const save = (text: string) => {
    clone.edit(decider, (all) => all.replace(rule, text));
    rule = text;
  };
  /** What an offer at the refused price is answered. */
  const answer = async () => (await operator('POST', '/room/13/offer', { price: 13, currency: 'EUR' })).body.type;
  const answersBy = (name: string) => eventually(answer, (type) => type === `urn:foldstream:problem:${name}`, often);
  const says = (text: string | RegExp) =>
    eventually(
      async () => clone.heard(),
      (said) => (typeof text === 'string' ? said.includes(text) : text.test(said)),
    );

  beforeAll(async () => {
    clone = cloneWith(`./${index}`, { watch: true });
    port = `${await freePort()}`;
    await start();
    // Before there is any rule against it.
    await operator('POST', '/room/13/offer', { price: 13, currency: 'EUR' });
  });
  afterAll(() => clone.remove());

  it('answers by a decider’s new rule soon after it was saved', async () => {
    save(by('rule-1'));
    await answersBy('rule-1');
  });

  it('shows an error, and the old code goes on until it is mended', async () => {
    const good = rule;
    save(`${good} +`);
    await says(/The old code goes on:\n +test\/hotel\/room\.ts\(\d+,\d+\): error/);
    save(by('mended').replace('=== 13', "=== '13'"));
    await says('error TS2367');
    await answersBy('rule-1');
    save(by('mended'));
    await answersBy('mended');
  });

  it('deploys a new view, with the code that was replaced before', async () => {
    writeFileSync(join(clone.home, 'test/hotel/views/prices.ts'), view);
    clone.edit(index, (text) =>
      text
        .replace('occupancy]', 'occupancy, prices]')
        .replace('import { occupancy }', "import { prices } from './views/prices.ts';\nimport { occupancy }"),
    );
    await says('Deployed in');
    await eventually(
      () => operator('GET', '/views/prices/13'),
      ({ body }) => body.price === 13,
    );
    await answersBy('mended');
    save(by('after-the-view'));
    await answersBy('after-the-view');
  });

  it('starts again with the code that is saved then, though CloudFormation sees no change', async () => {
    await clone.stop();
    // As it was when the view was deployed: the template is the same.
    save(by('mended'));
    await start();
    await answersBy('mended');
  });
});
