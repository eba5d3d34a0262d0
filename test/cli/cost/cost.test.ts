import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { idleOfTemplates } from '../../../lib/cli/cost/idle.ts';
import { costLines } from '../../../lib/cli/cost/lines.ts';
import { type CostReport, costReport } from '../../../lib/cli/cost/report.ts';
import { commandLine } from '../../../lib/cli/foldstream.ts';
import type { LoadMix } from '../../../lib/core/declare/load.ts';
import { boundsOf } from '../../../lib/engine/cost/quotas.ts';
import { expected, expectedIn } from '../../contract/flow-costs.contract.ts';
import { flows } from '../../support/store/flows.ts';

const currency = 'EUR';

/** As the flows of the contract, on accounts of its own for each caller. */
const mix: LoadMix = {
  setup: ({ run }) =>
    ['a', 'b'].flatMap((name) => [
      { category: 'account', command: 'Open', id: `${run}-${name}`, body: { currency } },
      { category: 'account', command: 'Deposit', id: `${run}-${name}`, body: { amount: 100_000, currency } },
    ]),
  commands: [
    { category: 'account', command: 'Deposit', weight: 6, id: ({ run }) => `${run}-a`, body: () => ({ amount: 1, currency }) },
    { category: 'account', command: 'Withdraw', weight: 3, id: ({ run }) => `${run}-a`, body: () => ({ amount: 1, currency }) },
    {
      ...{ category: 'transfer', command: 'Request', id: ({ run, n }) => `${run}-${n}` },
      body: ({ run }) => ({ from: `${run}-a`, to: `${run}-b`, amount: 1, currency }),
    },
  ],
};

const total = (units: Readonly<Record<string, number>>) => Object.values(units).reduce((sum, each) => sum + each, 0);

/** A figure in full batches and with each message alone, or the one that both are. */
const inBoth = (flow: (typeof flows)[number], pick: (units: Readonly<Record<string, number>>) => number | undefined): string =>
  [...new Set([10, 1].map((batch) => pick(expectedIn(flow, batch)) ?? ''))].join(' / ');

/** The table of the three ways: write units by part as the engines report them, and their prices. */
const waysTable = ({ commands }: CostReport): readonly string[] => {
  const parts = [...new Set(flows.flatMap((flow) => Object.keys(expected[flow])))];
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...flows]),
    line(['---', ...flows.map(() => '---:')]),
    ...parts.map((part) => line([part, ...flows.map((flow) => inBoth(flow, (units) => units[part]))])),
    line(['**write units in all**', ...flows.map((flow) => `**${inBoth(flow, total)}**`)]),
    line(['read units, in full batches', ...commands.map(({ full }) => full.readUnits.toFixed(1))]),
    line(['USD per million, in full batches', ...commands.map(({ full }) => full.usdPerMillion.toFixed(2))]),
    line(['USD per million, each message alone', ...commands.map(({ alone }) => alone.usdPerMillion.toFixed(2))]),
  ];
};

describe('foldstream cost', () => {
  let report: CostReport;
  beforeAll(async () => {
    const idle = { count: {}, ofTemplate: true };
    report = await costReport({
      manifest,
      mix,
      form: 'packed',
      region: 'us-east-1',
      rates: [10, 100_000],
      isNewAccount: false,
      idle,
    });
  });

  it('counts what the engines report, within 5 %', () => {
    const [deposit, withdrawal, transfer] = report.commands.map(({ full }) => full.writeUnits);
    for (const [counted, flow] of [
      [deposit, 'deposit'],
      [withdrawal, 'withdrawal'],
      [transfer, 'transfer'],
    ] as const)
      expect(Math.abs(counted! / total(expectedIn(flow, 10)) - 1), flow).toBeLessThanOrEqual(0.05);
  });

  it('has the mix as the weights say, its parts and its services add up, and a message alone is dearer', () => {
    const { commands, all, parts, services } = report;
    const weighted = commands.reduce((sum, { share, full }) => sum + share * full.usdPerMillion, 0);
    const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
    expect(all.full.usdPerMillion).toBeCloseTo(weighted, 6);
    expect(sum(parts.map(({ full }) => full.usdPerMillion))).toBeCloseTo(weighted, 6);
    expect(sum(services.map(({ full }) => full))).toBeCloseTo(weighted, 6);
    expect(all.alone.usdPerMillion).toBeGreaterThan(all.full.usdPerMillion);
    expect(all.alone.invocations).toBeGreaterThan(all.full.invocations);
  });

  it('names the quota that binds first, and no key of one stream or one customer', () => {
    const [low, high] = report.rates;
    expect(low!.bound).toBeUndefined();
    expect(high!.bound).toEqual(report.bounds[0]);
    const keys = report.bounds.filter(({ quota }) => quota === 'write units of a key');
    expect(keys.filter(({ of }) => /[0-9a-f]{8}/.test(of))).toEqual([]);
  });

  it('comes to what docs/benchmarks.md says of a deposit, a withdrawal and a transfer, by part and in all', () => {
    const rows = waysTable(report);
    console.log(rows.join('\n'));
    const [, said = ''] = /<!-- ways:begin -->([\s\S]*)<!-- ways:end -->/.exec(readFileSync('docs/benchmarks.md', 'utf8')) ?? [];
    expect(said.split('\n').filter((line) => line.startsWith('|'))).toEqual(rows);
  });

  it('comes to the prices that the README names', () => {
    const [deposit, , transfer] = report.commands.map(({ full, alone }) =>
      [full, alone].map(({ usdPerMillion }) => Math.round(usdPerMillion)).join(' to '),
    );
    const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
    expect(readme).toContain(`cost ${deposit} USD, and a million transfers with all that their process does ${transfer}`);
  });

  it('says so in tables of aligned columns', () => {
    const lines = costLines(report);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}account Deposit \(60 %\) +\d+\.\d\d/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}100,000 .* at [\d,.]+ a second$/));
    expect(lines.join('\n')).toContain('Idle: 0 USD a month');
  });
});

describe('the quotas of a load', () => {
  const demand = {
    count: { apiRequests: 1, busCalls: 0.1, messages: 5, functionGigabyteSeconds: 0.1 },
    tables: { commits: 1 },
    keys: [{ at: 'totals.r1', key: '@all/#', keys: 4, units: 2 }],
  };
  it('bind in the order of their rates, by region', () => {
    expect(boundsOf(demand, 'us-east-1').map(({ quota, rate }) => [quota, rate])).toEqual([
      ['write units of a key', 2_000],
      ['events handed to queues by rules', 3_750],
      ['requests to APIs', 10_000],
      ['functions at work', 10_000],
      ['write units of a table or index', 40_000],
      ['calls of PutEvents', 100_000],
    ]);
    expect(boundsOf(demand, 'eu-central-1')[0]).toMatchObject({ quota: 'events handed to queues by rules', rate: 900 });
    expect(boundsOf(demand, 'us-east-1', { isNewAccount: true })[0]).toMatchObject({ quota: 'functions at work', rate: 100 });
  });
});

const folders: string[] = [];
const folderOfItsOwn = () => {
  const folder = mkdtempSync(join(tmpdir(), 'foldstream-cost-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe('the price of standing idle', () => {
  const folder = folderOfItsOwn();
  it('is counted from the resources of a template', () => {
    const mapping = (arn: object) => ({ Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: arn } });
    const Resources = {
      one: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors' } },
      two: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a+b' }] },
      },
      key: { Type: 'AWS::KMS::Key' },
      queue: mapping({ 'Fn::GetAtt': ['Queue', 'Arn'] }),
      stream: mapping({ 'Fn::GetAtt': ['Commits', 'StreamArn'] }),
      sweep: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 minute)' } },
    };
    writeFileSync(join(folder, 'app.template.json'), JSON.stringify({ Resources }));
    expect(idleOfTemplates(folder)).toEqual({ alarmMetrics: 3, kmsKeys: 1, queueRequests: 674_520, invocations: 43_800 });
  });
  it('is refused where there is no template', () => {
    expect(() => idleOfTemplates(join(folder, 'none'))).toThrow('There is no template');
    const empty = folderOfItsOwn();
    expect(() => idleOfTemplates(empty)).toThrow('has no CloudFormation template');
  });
});

describe('the command line of foldstream cost', () => {
  const run = (...args: readonly string[]) =>
    commandLine().parseAsync(['node', 'foldstream', 'cost', '--manifest', 'domains/index.ts', ...args]);
  const folder = folderOfItsOwn();
  const mixOf = (name: string, code: string) => {
    writeFileSync(join(folder, name), `export const load = ${code};`);
    return join(folder, name);
  };
  const open = "{ category: 'account', command: 'Open', id: ({ run, n }) => run + '-' + n, body: () => ({ currency: 'EUR' }) }";

  it('writes a page that needs nothing else', async () => {
    const page = join(folder, 'cost.html');
    await run('--mix', mixOf('open.ts', `{ commands: [${open}] }`), '--json', '--page', page, '--commands-per-second', '5,50');
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/(?:src|href)="?http|<script/);
    expect(html).toContain('account Open');
  });

  it.each([
    ['a region without prices', ['--region', 'mars-north-1'], 'There are no list prices of mars-north-1 here.'],
    [
      'a command that nobody has',
      ['--mix', mixOf('none.ts', `{ commands: [{ ...${open}, command: 'Opne' }] }`)],
      'the manifest does not have',
    ],
    [
      'commands that are all refused',
      [
        '--mix',
        mixOf('refused.ts', `{ commands: [{ ...${open}, command: 'Withdraw', body: () => ({ amount: 1, currency: 'EUR' }) }] }`),
      ],
      'was refused',
    ],
  ])('says what is wrong with %s', (_, args, said) => expect(run(...args)).rejects.toThrow(said));
});
