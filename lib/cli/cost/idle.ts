import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { announcersOf } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import { effectsOf } from '../../core/process/decider.ts';
import { consumersOfViews } from '../../core/view/groups.ts';
import { addCounts, type Count } from '../../engine/cost/prices.ts';
import { jsonIn } from '../../engine/json.ts';
import { letterRequests, lettersMinutes } from '../../engine/operate/sweep-letters.ts';
import { UserError } from '../terminal/user-error.ts';

const minutesOfMonth = 43_800;
/** Lambda asks an idle queue in five long polls at a time, of 20 seconds each. */
const pollsPerMinute = 15;
/** Lambda's polls of one queue, and the sweep's looks at its dead letters. */
const requestsOfQueue = (pollsPerMinute + letterRequests / lettersMinutes) * minutesOfMonth;

type Resource = Readonly<{ Type?: string; Properties?: Readonly<Record<string, unknown>> }>;
type Alarm = Readonly<{ Metrics?: readonly Readonly<{ MetricStat?: object }>[] }>;

/** What a resource uses in a month in which nobody does anything. */
const idleOf = ({ Type, Properties = {} }: Resource): Count => {
  switch (Type) {
    case 'AWS::CloudWatch::Alarm':
      return { alarmMetrics: (Properties as Alarm).Metrics?.filter(({ MetricStat }) => MetricStat).length || 1 };
    case 'AWS::KMS::Key':
      return { kmsKeys: 1 };
    case 'AWS::Lambda::EventSourceMapping':
      // Of a table's stream Lambda reads at no cost.
      return JSON.stringify(Properties.EventSourceArn).includes('StreamArn') ? {} : { queueRequests: requestsOfQueue };
    case 'AWS::Events::Rule':
      return Properties.ScheduleExpression === 'rate(1 minute)' ? { invocations: minutesOfMonth } : {};
    default:
      return {};
  }
};

const filesIn = (path: string): readonly string[] => {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(path, file));
};

/** What the resources of a synthesized stack use in an idle month. */
export const idleOfTemplates = (path: string): Count => {
  if (!existsSync(path))
    throw new UserError(
      `There is no template ${path}.`,
      'Make it with `npx cdk synth`, and name its file or the folder cdk.out.',
    );
  const resources = filesIn(path).flatMap((file) => {
    const { Resources } = (jsonIn(readFileSync(file, 'utf8')) ?? {}) as { Resources?: Readonly<Record<string, Resource>> };
    return Object.values(Resources ?? {});
  });
  if (resources.length === 0)
    throw new UserError(
      `${path} has no CloudFormation template.`,
      'Name a file *.template.json, or the folder cdk.out of `npx cdk synth`.',
    );
  return addCounts(...resources.map(idleOf));
};

/** The queue of the sweep's journal, which every deployment has. */
const journalQueues = 1;

/** What follows from the manifest alone: the queues that Lambda polls. Alarms and keys are in a template only. */
export const idleOfManifest = (manifest: Manifest): Count => {
  const { processes = [], schedules = {} } = manifest;
  const queues =
    journalQueues +
    consumersOfViews(manifest).length +
    announcersOf(manifest).length +
    processes.length +
    effectsOf(manifest).length +
    Object.keys(schedules).length;
  return { queueRequests: queues * requestsOfQueue, invocations: minutesOfMonth };
};
