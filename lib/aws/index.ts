// The package's entry `foldstream/aws`: a handler for each deployed function. The constructs bundle them with a project's manifest.

export { announceHandler } from './functions/announce.ts';
export { commandHandler } from './functions/command.ts';
export { deployedHandler } from './functions/deployed.ts';
export { guardHandler } from './functions/guard.ts';
export { historyHandler } from './functions/history.ts';
export { opsDeadLettersHandler } from './functions/operate/dead-letters.ts';
export { opsHandler } from './functions/ops.ts';
export { opsProcessesHandler } from './functions/ops-processes.ts';
export { consoleHandler } from './functions/outside/console.ts';
export { effectHandler } from './functions/outside/effect.ts';
export { hookHandler } from './functions/outside/hook.ts';
export { opsEffectsHandler } from './functions/outside/ops-effects.ts';
export { purgeHandler } from './functions/outside/purge.ts';
export { subjectExportHandler, subjectsHandler } from './functions/outside/subjects.ts';
export { projectHandler } from './functions/project.ts';
export { publishHandler } from './functions/publish.ts';
export { describeHandler, queryHandler } from './functions/query.ts';
export { reactHandler } from './functions/react.ts';
export { rebuildLeadHandler } from './functions/rebuild-lead.ts';
export { rebuildWorkHandler } from './functions/rebuild-work.ts';
export { tablesHandler } from './functions/tables.ts';
export { opsSchedulesHandler } from './functions/timed/ops-schedules.ts';
export { retentionHandler } from './functions/timed/retention.ts';
export { scheduleHandler } from './functions/timed/schedule.ts';
export { sweepHandler } from './functions/timed/sweep.ts';
