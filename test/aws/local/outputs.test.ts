import { expect, it } from 'vitest';
import { separated } from '../../../lib/aws/local/outputs.ts';

it('takes apart what holds several outputs, and leaves all others as they are', () => {
  const alone = {
    ApiUrl: 'https://api.example.com/',
    CommitsTable: 'commits',
    Number: '7',
    List: '["a"]',
    Mixed: '{"a":1}',
    Cut: '{"a":',
  };
  const names = { AccountBalanceR1Table: 'foldstream-account-balance-r1', AccountBalanceR1Function: 'project' };
  expect(separated({ ...alone, AccountBalanceR1Names: JSON.stringify(names) })).toEqual({ ...alone, ...names });
});
