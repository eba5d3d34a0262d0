import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { cloudWatch } from '../../aws/operate/metrics.ts';
import { consumedUnits } from '../../aws/operate/units.ts';
import type { Manifest } from '../../core/manifest.ts';
import { localDeployment } from '../local/deployment.ts';
import { loadMix, type ManifestModule } from '../project.ts';
import { type Outputs, patient, patientDynamo, targetEngine, targetOutputs } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { callersOf } from './callers.ts';
import { requestsOf } from './mix.ts';
import { type Bounds, type LoadReport, missedBounds, reportLines } from './report.ts';
import { reportPage } from './report-page.ts';
import { type Ran, runLoad } from './run.ts';

export type LoadOptions = Bounds &
  Readonly<{
    manifest: Manifest;
    module: ManifestModule;
    stack?: string;
    url?: string;
    mix?: string;
    rate: number;
    seconds: number;
    seed?: number;
    visible: number;
    retry: boolean;
    mostOpen: number;
    json?: boolean;
    page?: string;
    units?: boolean;
    signal: AbortSignal;
  }>;

/** As long as the typed client retries; and as long as a row is awaited. */
const retriedFor = 30_000;

/** Figures of CloudWatch are complete some minutes later. */
const unitsAfter = 3 * 60_000;

/** The units of all tables of a deployment during a run, if they are told. A run is not lost because they cannot be read. */
const unitsOf = async (outputs: Outputs, ran: Ran, isLocal: boolean, signal: AbortSignal) => {
  const tables = Object.entries(outputs).flatMap(([name, table]) => (name.endsWith('Table') ? [table] : []));
  const [from, to] = [Date.parse(ran.beganAt), Date.now()];
  if (!isLocal) await pause(unitsAfter, undefined, { signal }).catch(() => {});
  try {
    const units = await consumedUnits(tables, { from, to }, patientDynamo(), cloudWatch(patient));
    return units.length > 0 ? { units } : {};
  } catch (cause) {
    return { unitsFailed: (cause as Error).message };
  }
};

type Place = Readonly<{ api: string; name: string; isLocal: boolean; outputs: Outputs }>;

const placeOf = async ({ stack, url }: Pick<LoadOptions, 'stack' | 'url'>): Promise<Place> => {
  if (url !== undefined) return { api: url, name: url, isLocal: false, outputs: {} };
  const isLocal = targetEngine(stack);
  const outputs = await targetOutputs(stack);
  if (isLocal) return { api: localDeployment().api, name: 'the local deployment', isLocal, outputs };
  const { ApiUrl: api } = outputs;
  if (!api)
    throw new UserError(
      `The stack ${stack} has no ApiUrl among its outputs.`,
      'Name a stack of Foldstream, or its address: --url.',
    );
  return { api, name: stack ?? '', isLocal, outputs };
};

/** `foldstream load`: sends commands at a fixed rate, and tells how long they took. False if a bound is missed. */
export const loadVerb = async (
  { manifest, module, mix: named, rate, seconds, page, json = false, ...asked }: LoadOptions,
  print: Print,
  bar: (title: string) => Bar,
): Promise<boolean> => {
  const mix = await loadMix(module, named);
  const [run, seed] = [randomUUID().slice(0, 8), asked.seed ?? mix.seed ?? 1];
  const meOf = (as: string) => callers.get(as)?.me ?? '';
  const requests = requestsOf({ manifest, mix, seed, run }, meOf);
  const place = await placeOf(asked);
  const callers = await callersOf(requests.callers, place.isLocal);
  const target = { api: place.api, callers, retryFor: asked.retry ? retriedFor : 0, awaitedFor: retriedFor };
  const plan = { target, requests, run, rate, seconds, mostOpen: asked.mostOpen, visibleOneOf: asked.visible };
  const ran = await runLoad(plan, bar, asked.signal);
  const units = asked.units ? await unitsOf(place.outputs, ran, place.isLocal, asked.signal) : {};
  const report: LoadReport = { ...ran, ...units, target: place.name, rate, seconds, seed, missed: missedBounds(ran, asked) };
  if (json) print(JSON.stringify(report, null, 2));
  else for (const line of reportLines(report)) print(line);
  if (page !== undefined) writeFileSync(page, reportPage(report));
  return report.missed.length === 0;
};
