import type { ProjectionsReport } from '../engine/operations.ts';
import { type Deployment, demoToken } from './local.ts';

type Listed = Readonly<{ projections: readonly Pick<ProjectionsReport['projections'][number], 'name' | 'active'>[] }>;

/** What to do about views of which no revision answers: they are newer than the history that is kept from an earlier start. */
export const unbuiltHint = ({ projections }: Listed): string => {
  const answering = new Set(projections.flatMap(({ name, active }) => (active ? [name] : [])));
  const unbuilt = [...new Set(projections.map(({ name }) => name))].filter((name) => !answering.has(name));
  if (unbuilt.length === 0) return '';
  return [
    '\nThere is history from before these views. They answer 503 until they are built from it, in half a minute each:\n',
    ...unbuilt.map((name) => `  npm run foldstream -- rebuild ${name} --why "new here"`),
    '\nOr begin anew: npm start -- --fresh',
  ].join('\n');
};

/** The same of a running deployment, as its operator sees it. */
export const unbuiltIn = async (deployment: Deployment): Promise<string> => {
  const token = await demoToken(deployment, 'operator');
  const response = await fetch(`${deployment.api}/ops/projections`, { headers: { authorization: `Bearer ${token}` } });
  // A hint is not worth a failed start.
  return response.ok ? unbuiltHint((await response.json()) as Listed) : '';
};
