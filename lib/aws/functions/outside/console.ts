import { createHash } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { ConsoleConfig, Site } from '../../../core/operate/console.ts';
import { consoleAnswers } from '../../../http/console/files.ts';
import { environment } from '../../environment.ts';
import { ownFile, plain } from '../../operate/own-file.ts';
import { httpFunction } from '../http-function.ts';

/** Answers with the files of the console, which lie beside this code. It knows nothing of the domain: whoever asks is nobody to it. */
export const consoleHandler = () => {
  const given = JSON.parse(environment('CONSOLE')) as { config: ConsoleConfig; root: string; origins: readonly string[] };
  const answer = consoleAnswers({
    site: (ownFile('site.json') ?? {}) as Site,
    ...given,
    digest: (text) => createHash('sha256').update(text).digest('base64'),
    plain,
  });
  return httpFunction({ manifest: {}, logger: new Logger({ serviceName: 'console' }) }, async (request) => answer(request));
};
