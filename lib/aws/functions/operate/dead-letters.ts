import { Logger } from '@aws-lambda-powertools/logger';
import { operated } from '../../../core/announcer.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { LetterOperating } from '../../../engine/operate/letters/letters.ts';
import type { StageRule } from '../../../http/body.ts';
import { answerLetters } from '../../../http/operate/letters.ts';
import { dynamo } from '../../client/dynamo.ts';
import { letterBoxes } from '../../delivery/letter-boxes.ts';
import { sqs } from '../../delivery/queue.ts';
import { deployedEffects } from '../../deployed-effects.ts';
import { deployedProcesses } from '../../deployed-processes.ts';
import { deployedSchedules } from '../../deployed-schedules.ts';
import { queuedViews } from '../../deployed-views.ts';
import { environment, isProtected } from '../../environment.ts';
import { operatorActs } from '../../operate/acts.ts';
import { systemClock } from '../../system.ts';
import { httpFunction } from '../http-function.ts';

/** Answers `/ops/dead-letters...`. It reads no key of proofs: it moves what was sent, and can make no message of its own that a consumer believes. */
export const opsDeadLettersHandler = (manifest: Manifest) => {
  const log = new Logger({ serviceName: 'ops-dead-letters' });
  const operating: LetterOperating & StageRule = {
    isProtected: isProtected(),
    boxes: letterBoxes(sqs(), manifest, {
      views: queuedViews({ ...manifest, projections: operated(manifest) }),
      processes: deployedProcesses(manifest),
      effects: deployedEffects(manifest),
      schedules: deployedSchedules(manifest),
    }),
    acts: operatorActs(dynamo(), environment('CONTROL_TABLE')),
    clock: systemClock,
    log,
  };
  return httpFunction({ manifest, logger: log }, (request) => answerLetters(operating, request));
};
