import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import { answerSubjectExport, answerSubjects } from '../../../http/operate/subjects.ts';
import { dynamo } from '../../client/dynamo.ts';
import { deployedOpening } from '../../personal/deployed.ts';
import { httpFunction } from '../http-function.ts';
import { erasingOf, heldOn, lookingOn, recordingOn } from './erasing.ts';

/** Answers `POST /subjects/{id}/erase` and `GET /subjects/{id}`. */
export const subjectsHandler = (manifest: Manifest) => {
  const log = new Logger({ serviceName: 'subjects' });
  const client = dynamo();
  const erasing = erasingOf(client, manifest, log);
  const looking = lookingOn(client, manifest, log);
  return httpFunction({ manifest, logger: log }, (request) => answerSubjects({ erasing, looking, manifest, log }, request));
};

/** Answers `GET /subjects/{id}/export`, in a function of its own: the one that erases can open nothing. */
export const subjectExportHandler = (manifest: Manifest) => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'subject-export' });
  const recording = recordingOn(client, log);
  const opening = deployedOpening(client);
  if (!opening) throw new Error('The function that exports subjects is given no keys of subjects: deploy it by foldstreamApp().');
  const exporting = { ...heldOn(client, manifest), store: recording.store, opening, recording };
  return httpFunction({ manifest, logger: log }, (request) => answerSubjectExport({ exporting, manifest, log }, request));
};
