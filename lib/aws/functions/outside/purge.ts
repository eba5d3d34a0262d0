import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import { NotPurgeable, type PurgeAnswer, type PurgeRequest, purgeStream } from '../../../engine/operate/purge.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import { noSnapshots } from '../../../engine/store/load.ts';
import { dynamo } from '../../client/dynamo.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { commitForm, environment } from '../../environment.ts';
import { foldHash } from '../../fold-hashes.ts';
import { commitStore } from '../../store/commit-store.ts';
import { blankingStore, closingSnapshots } from '../../store/purge-store.ts';
import { systemClock, systemKeys } from '../../system.ts';

/** Purges streams for those who may invoke it. */
export const purgeHandler = ({ aggregates }: Manifest) => {
  const log = new Logger({ serviceName: 'purge' });
  const client = dynamo();
  const form = commitForm();
  const [commits, snapshots, control] = [
    environment('COMMITS_TABLE'),
    environment('SNAPSHOTS_TABLE'),
    environment('CONTROL_TABLE'),
  ];
  const purging = {
    deciders: aggregates,
    codeOf: foldHash,
    store: { ...commitStore(client, commits, { form }), ...blankingStore(client, commits, form) },
    // It folds a stream once, from its commits.
    snapshots: noSnapshots,
    closing: closingSnapshots(client, snapshots, systemClock.now),
    keys: systemKeys(client, control),
    proofs: systemProofs(client, control, { name: 'purges' }),
    clock: systemClock,
    log,
    settings: defaultSettings,
  };
  return async (request: PurgeRequest): Promise<PurgeAnswer> => {
    try {
      const purged = await purgeStream(purging, request);
      const { stream, commit, purge } = purged;
      log.info('A stream was purged.', {
        stream,
        commit,
        commits: purge.commits,
        by: purge.by,
        correlation: request.correlation,
      });
      return { purged };
    } catch (error) {
      if (error instanceof NotPurgeable) return { refused: error.message, remedy: error.remedy };
      throw error;
    }
  };
};
