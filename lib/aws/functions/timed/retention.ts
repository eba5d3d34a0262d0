import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import { retentionsOf } from '../../../core/personal/retention.ts';
import { type Retained, retentionLimits, runRetention } from '../../../engine/operate/retention/run.ts';
import { dynamo } from '../../client/dynamo.ts';
import { tableOf } from '../../deployed-views.ts';
import { environment } from '../../environment.ts';
import { retentionPlaces } from '../../operate/retention-places.ts';
import { keysOf } from '../../personal/given.ts';
import { sealingKeys } from '../../personal/subject-keys.ts';
import { erasingOf } from '../outside/erasing.ts';
import { registerOn } from './register.ts';

/** One run of retention. */
export const retentionHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'retention' });
  const control = environment('CONTROL_TABLE');
  const erasing = erasingOf(client, manifest, log);
  const running = {
    retentions: retentionsOf(manifest),
    register: registerOn(client, control, { manifest, tableOf }),
    store: erasing.recording.store,
    keys: sealingKeys(keysOf(client)),
    erasing,
    places: retentionPlaces(client, control),
    log,
    limits: retentionLimits,
  };
  return async (): Promise<Retained> => {
    const retained = await runRetention(running);
    log.info('Retention has run.', retained);
    if (retained.failed > 0)
      throw new Error('Some subjects could not be dealt with: the lines before this one say why. The next pass tries again.');
    return retained;
  };
};
