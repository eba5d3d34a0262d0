import { expect, it } from 'vitest';
import { wholeExport } from '../../console/screens/subjects/export.ts';
import type { SubjectExport } from '../../lib/engine/operate/export-subject.ts';

const pages = (sizes: readonly number[]): ((cursor: string | undefined) => Promise<SubjectExport>) => {
  let asked = 0;
  return async (cursor) => {
    expect(cursor).toBe(asked === 0 ? undefined : `after ${asked}`);
    const size = sizes[asked]!;
    asked += 1;
    return {
      subject: 'ada',
      values: Array.from({ length: size }, (_, i) => ({ value: `${asked}.${i}` })),
      ...(asked < sizes.length && { cursor: `after ${asked}` }),
    } as unknown as SubjectExport;
  };
};

it('an export of more pages than a page of the console can hold is given up, and says what to do', async () => {
  let asked = 0;
  const endless = async () => {
    asked += 1;
    return { subject: 'ada', values: [], cursor: String(asked) } as unknown as SubjectExport;
  };
  await expect(wholeExport(endless, () => {})).rejects.toThrow('use foldstream subjects export');
  expect(asked).toBe(1_000);
});

it('an export has the values of all pages, empty ones among them, and no cursor at its end', async () => {
  const said: number[] = [];
  const whole = await wholeExport(pages([2, 0, 1]), (values) => said.push(values));
  expect(whole).toEqual({ subject: 'ada', values: [{ value: '1.0' }, { value: '1.1' }, { value: '3.0' }] });
  expect(said).toEqual([2, 2]);
});
