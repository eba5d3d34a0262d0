import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bars, markdown, writeSection } from '../bench/report.ts';
import { chart } from './chart.ts';
import { transactionsOfItem } from './contention.ts';
import { type Limit, limits } from './demand.ts';
import { type Figures, runLoad } from './deployment.ts';
import { type Mix, referenceMix } from './mix.ts';
import { perMillion, writeUnitsOf } from './price.ts';
import type { Profile } from './profile.ts';
import { raisable, raisedTo } from './quotas.ts';
import { profileOf } from './record/sample.ts';
import { barsOf, limitsTable, ratesTable } from './report.ts';

const usage = `Usage: npm run model -- [options]
  --rate <n>          one rate of commands a second; without it 10 to 100,000, and an hour at 10,000
  --seconds <n>       of model time for each rate (60)
  --release <file>    a recorded profile instead of the present code's; test/model/profiles/e218295.json is the first one
  --mix <a=n,b=n>     kinds of commands and their shares (deposit=70,withdrawal=20,transfer=10)
  --zipf <n>          how uneven accounts are (${referenceMix.exponent}; 0 is even, 1 is very uneven)
  --owner <n>         the share of commands on accounts of one owner (${referenceMix.largestOwner})
  --functions <n>     the account's functions at once, with all other quotas raised (3000)
  --consumer <n>      the most functions of one consumer (200)
  --quotas usual      quotas as AWS gives them, none raised
  --waiting <n>       commits that wait for account-balance when it begins
  --json              figures as JSON
  --record <file>     records the present code's profile, and ends
  --write             writes the section and the picture of the docs
  --help              says this, and ends
`;

const options = {
  rate: { type: 'string' },
  seconds: { type: 'string', default: '60' },
  release: { type: 'string' },
  mix: { type: 'string' },
  zipf: { type: 'string' },
  owner: { type: 'string' },
  functions: { type: 'string', default: '3000' },
  consumer: { type: 'string', default: '200' },
  quotas: { type: 'string' },
  waiting: { type: 'string' },
  json: { type: 'boolean', default: false },
  record: { type: 'string' },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const asked = () => {
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    console.error(`${(cause as Error).message}\n\n${usage}`);
    process.exit(2);
  }
};
const values = asked();
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const sharesFrom = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(text.split(',').map((each) => [each.split('=')[0] ?? '', Number(each.split('=')[1])]));

const mixFrom = ({ mix: text, zipf: exponent, owner }: Readonly<{ mix?: string; zipf?: string; owner?: string }>): Mix => {
  const shares = text === undefined ? referenceMix.shares : sharesFrom(text);
  const all = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return {
    ...referenceMix,
    shares: Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, share / all])),
    exponent: Number(exponent ?? referenceMix.exponent),
    largestOwner: Number(owner ?? referenceMix.largestOwner),
  };
};

const say = (text: string) => {
  if (!values.json) console.log(text);
};
/** Beside what is printed: how far a long run is. */
const progress = (what: string) => (share: number) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${what}: ${Math.round(share * 100)} %   `);
};

const present = async (): Promise<Profile> => {
  const { manifest } = await import('../../domains/index.ts');
  return profileOf(manifest, 'the present code');
};
const old = (): Profile => JSON.parse(readFileSync(new URL('profiles/e218295.json', import.meta.url), 'utf8')) as Profile;

if (values.record !== undefined) {
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(4)) : value);
  writeFileSync(values.record, `${JSON.stringify(await present(), short, 2)}\n`);
  process.exit(0);
}

const mix = mixFrom(values);
const quotas = values.quotas === 'usual' ? raisable : raisedTo(Number(values.functions));
const itemTransactions = await transactionsOfItem();
const loadOf = (profile: Profile, rate: number, seconds: number, more: object = {}) => ({
  ...{ profile, mix, rate, seconds, quotas, itemTransactions, maximumConcurrency: Number(values.consumer) },
  ...(values.waiting !== undefined && { waiting: { view: 'account-balance', commits: Number(values.waiting) } }),
  progress: progress(`${rate.toLocaleString('en')} commands a second`),
  ...more,
});

const rates = values.rate === undefined ? [10, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000] : [Number(values.rate)];
if (rates.some((rate) => !(rate > 0))) {
  console.error(`--rate must be a number of commands a second.\n\n${usage}`);
  process.exit(2);
}
const seconds = Number(values.seconds);

type Found = Readonly<{
  profile: Profile;
  binding: readonly Limit[];
  runs: readonly (readonly [number, Figures, number])[];
  table: string;
}>;

const titleOf = ({ release }: Profile) => (release === 'e218295' ? 'The first release (e218295)' : 'The present code');

const find = async (profile: Profile): Promise<Found> => {
  const binding = limits(profile, mix, raisable, itemTransactions);
  const runs: [number, Figures, number][] = [];
  for (const rate of rates) {
    const figures = await runLoad(loadOf(profile, rate, seconds));
    runs.push([rate, figures, perMillion(profile, mix, figures)]);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  const units = writeUnitsOf(profile, mix).toFixed(1);
  const table = [
    markdown(ratesTable(`${titleOf(profile)}: ${units} write units a command`, runs)),
    markdown(limitsTable(`${titleOf(profile)}: what binds first`, binding)),
  ].join('\n\n');
  return { profile, binding, runs, table };
};

const releases =
  values.release === undefined ? [old(), await present()] : [JSON.parse(readFileSync(values.release, 'utf8')) as Profile];
const found: Found[] = [];
for (const profile of releases) {
  const one = await find(profile);
  found.push(one);
  say(`${one.table}\n`);
}

/** The hour of the issue, and a backlog beside quiet commands: of the newest release alone. */
const newest = found.at(-1)!;
const hour = async () => {
  const rate = 10_000;
  const figures = await runLoad(loadOf(newest.profile, rate, 3_600));
  const quiet = await runLoad(loadOf(newest.profile, 300, 120, { quotas: raisable, maximumConcurrency: 20 }));
  const waiting = { view: 'account-balance', commits: 100_000 };
  const beside = await runLoad(loadOf(newest.profile, 300, 120, { quotas: raisable, maximumConcurrency: 20, waiting }));
  const ratio = beside.latency99 / quiet.latency99;
  const holds = ratio <= 1.2;
  const all = [
    ...barsOf(figures, newest.binding, rate),
    { what: 'command p99 beside a backlog of 100,000 commits, over quiet', limit: '<= 1.2', measured: ratio.toFixed(2), holds },
  ];
  return { figures, price: perMillion(newest.profile, mix, figures), all };
};

const whole = values.rate === undefined && values.release === undefined ? await hour() : undefined;
const hourText =
  whole &&
  [
    markdown({ ...bars(whole.all), title: 'An hour at 10,000 commands a second, the present code' }),
    `The hour costs USD ${((whole.price * whole.figures.commands) / 1e6).toFixed(0)} at list prices in us-east-1: USD ${whole.price.toFixed(2)} for a million commands. The busiest account had ${whole.figures.busiestAccount} commands in one second.`,
  ].join('\n\n');
if (hourText) say(hourText);
if (values.json)
  console.log(
    JSON.stringify(
      {
        mix,
        itemTransactions,
        releases: found.map(({ profile, binding, runs }) => ({ release: profile.release, binding, runs })),
        hour: whole,
      },
      null,
      2,
    ),
  );
if (values.write && hourText) {
  writeSection('model', [...found.map(({ table }) => table), hourText].join('\n\n'));
  const series = found.map(({ profile, binding }) => ({
    title: titleOf(profile),
    limits: binding,
  }));
  writeFileSync(new URL('../../docs/pictures/model.svg', import.meta.url), chart(series));
}
if (whole?.all.some(({ holds }) => !holds)) process.exitCode = 1;
