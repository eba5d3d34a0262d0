import { afterEach, beforeEach, vi } from 'vitest';

/** Records the answers of custom resources to CloudFormation in each test of a suite; their logs are silenced. */
export const toldCloudFormation = (): readonly Record<string, unknown>[] => {
  const told: Record<string, unknown>[] = [];
  beforeEach(() => {
    told.length = 0;
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
    vi.stubGlobal('fetch', async (_: string, { body }: { body: Uint8Array }) => {
      told.push(JSON.parse(new TextDecoder().decode(body)));
      return { ok: true };
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });
  return told;
};
