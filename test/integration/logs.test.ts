import { describe, expect, it } from 'vitest';
import { logsVerb } from '../../lib/cli/operate/logs.ts';
import { eventually } from '../support/eventually.ts';
import { as, fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { logLines } from '../support/over-http/logs.ts';
import { overHttp } from '../support/over-http/over-http.ts';

describe.runIf(overHttp())('logs', () => {
  it('carry the correlation id on every line of every function that a request caused, and neither tokens nor amounts', async () => {
    const ada = await as('ada');
    const [id, began] = [fresh(), Date.now()];
    const correlation = `c-${id}`;
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' }, { 'x-correlation-id': correlation });
    const { outputs } = theDeployment();
    const functions = ['AccountCommandFunction', 'PublishFunction', 'AccountBalanceR2Function', 'AccountStatementR2Function'];
    const token = await tokenOf('ada');
    for (const name of functions) {
      const lines = await eventually(
        () => logLines(outputs[name] ?? '', began),
        (all) => all.some((line) => mentions(line, correlation)),
      );
      const own = lines.filter((line) => line.level !== undefined && line.message !== undefined);
      expect(own.filter((line) => line.correlation === undefined && line.correlations === undefined)).toEqual([]);
      expect(JSON.stringify(lines)).not.toContain(token.slice(0, 40));
      expect(JSON.stringify(lines)).not.toContain('amount');
    }
  });

  it('are shown by one command, merged by time, for one request', async () => {
    const ada = await as('ada');
    const id = fresh();
    const correlation = `c-${id}`;
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' }, { 'x-correlation-id': correlation });
    const { stack } = theDeployment();
    const shown = async () => {
      const lines: string[] = [];
      await logsVerb({ stack, correlation, follow: false, since: 600_000 }, (line) => void lines.push(line));
      return lines;
    };
    // Each function writes when it has run, in no order among them.
    const services = ['command-account', 'publish', 'project-customers', 'project-desk'];
    const servicesOf = (all: readonly string[]) => all.map((line) => line.split('  ')[1]?.trim());
    const lines = await eventually(shown, (all) => services.every((each) => servicesOf(all).includes(each)));
    expect(lines.map((line) => line.slice(0, 24))).toEqual(lines.map((line) => line.slice(0, 24)).sort());
    expect(lines.filter((line) => !line.includes(correlation))).toEqual([]);
  });
});

const mentions = (line: Record<string, unknown>, correlation: string) =>
  line.correlation === correlation || (line.correlations as string[] | undefined)?.includes(correlation);
