import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import { answerHook, type Hooking } from '../../../http/hook.ts';
import { dynamo } from '../../client/dynamo.ts';
import { environment } from '../../environment.ts';
import { systemClock, systemFits } from '../../system.ts';
import { teamSecrets } from '../../team-secrets.ts';
import { httpFunction } from '../http-function.ts';
import { commandingFor, commandPorts } from '../loading.ts';

export const hookHandler = (manifest: Manifest) => {
  const name = environment('HOOK');
  const hook = manifest.hooks?.[name];
  if (!hook) throw new Error(`The manifest has no hook ${name}.`);
  const logger = new Logger({ serviceName: `hook-${name}` });
  const hooking: Hooking = {
    name,
    hook,
    commanding: commandingFor(manifest, commandPorts(dynamo(), logger), hook.sends),
    secrets: teamSecrets(systemClock),
    fits: systemFits,
  };
  return httpFunction({ manifest, logger }, (request) => answerHook(hooking, request));
};
