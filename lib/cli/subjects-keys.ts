import { kmsKeyPairs } from '../aws/personal/kms.ts';
import { localDeployment } from './local/deployment.ts';
import type { Connected } from './stack.ts';

/** The keys of subjects of a deployment, as the caller's own AWS user; undefined if its events have no personal values. */
export const subjectsKeys = ({ outputs, client }: Pick<Connected, 'outputs' | 'client'>, stack: string | undefined) => {
  const { KeysTable: table, SubjectsKey: key } = outputs;
  return table && key ? { client, table, deployment: stack ?? localDeployment().stack, keyPairs: kmsKeyPairs(key) } : undefined;
};
