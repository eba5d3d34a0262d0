import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { as, fresh, theDeployment, tokenOf } from '../support/http.ts';
import { logLines } from '../support/logs.ts';
import { overHttp } from '../support/over-http.ts';

describe.runIf(overHttp())('logs', () => {
  it('carry the correlation id on every line of every function that a request caused, and neither tokens nor amounts', async () => {
    const ada = await as('ada');
    const id = fresh();
    const correlation = `c-${id}`;
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' }, { 'x-correlation-id': correlation });
    const { outputs } = theDeployment();
    const functions = ['AccountCommandFunction', 'PublishFunction', 'AccountBalanceR1Function', 'AccountStatementR1Function'];
    const token = await tokenOf('ada');
    for (const name of functions) {
      const lines = await eventually(
        () => logLines(outputs[name] ?? ''),
        (all) => all.some((line) => mentions(line, correlation)),
      );
      const own = lines.filter((line) => line.level !== undefined && line.message !== undefined);
      expect(own.filter((line) => line.correlation === undefined && line.correlations === undefined)).toEqual([]);
      expect(JSON.stringify(lines)).not.toContain(token.slice(0, 40));
      expect(JSON.stringify(lines)).not.toContain('amount');
    }
  });
});

const mentions = (line: Record<string, unknown>, correlation: string) =>
  line.correlation === correlation || (line.correlations as string[] | undefined)?.includes(correlation);
