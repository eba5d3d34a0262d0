import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { LoadReport } from '../../../lib/cli/load/report.ts';
import { latencyChart } from '../../../lib/cli/load/report-page.ts';
import { chartSvg } from '../../../lib/cli/page/chart.ts';
import recorded from './recorded-run.json' with { type: 'json' };

const picture = fileURLToPath(new URL('../../../docs/pictures/load.svg', import.meta.url));

it('the picture in the guide is the chart of the recorded run', () => {
  const svg = chartSvg(latencyChart(recorded as unknown as LoadReport));
  expect(readFileSync(picture, 'utf8')).toBe(svg);
});
