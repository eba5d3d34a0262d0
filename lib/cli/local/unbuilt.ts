import type { ProjectionsReport } from '../../engine/operate/projections.ts';
import { byDeployment } from '../../engine/rebuild/in-place.ts';
import type { Rebuild } from '../../engine/rebuild/ports.ts';
import { callOf } from '../project-root.ts';
import { type Deployment, demoToken } from './deployment.ts';

type Listed = Readonly<{ projections: readonly Pick<ProjectionsReport['projections'][number], 'name' | 'active'>[] }>;

/** The hint for views without a live revision: they are newer than the history that an earlier start left. */
export const unbuiltHint = ({ projections }: Listed): string => {
  const answering = new Set(projections.flatMap(({ name, active }) => (active ? [name] : [])));
  const unbuilt = [...new Set(projections.map(({ name }) => name))].filter((name) => !answering.has(name));
  if (unbuilt.length === 0) return '';
  return [
    '\nThere is history from before these views. They answer 503 until they are built from it, each by one command:\n',
    ...unbuilt.map((name) => `  ${callOf(`rebuild ${name} --why "new here"`)}`),
    '\nOr begin anew: npm start -- --fresh',
  ].join('\n');
};

type Built = Readonly<Pick<Rebuild, 'projection' | 'state' | 'by' | 'startedAt' | 'aboutCommits'>>;

/** The hint about revisions that the deployment has built by itself. */
export const builtHint = (rebuilds: readonly Built[], since: string): string => {
  const own = rebuilds.filter(({ by, state, startedAt }) => by === byDeployment && state === 'switched' && startedAt >= since);
  if (own.length === 0) return '';
  const lines = own.map(({ projection, aboutCommits }) => `  ${projection}, from ${aboutCommits} commits`);
  return ['\nThere is history from before these views. The deployment has built them from it, and they answer:\n', ...lines].join(
    '\n',
  );
};

/** Both of a running deployment, as its operator sees it. */
export const buildingOf = async (deployment: Deployment, since: string): Promise<string> => {
  // Without demo users nobody can ask.
  if (deployment.client === '') return '';
  const authorization = `Bearer ${await demoToken(deployment, 'operator')}`;
  const get = async <T>(path: string): Promise<T | undefined> => {
    const response = await fetch(`${deployment.api}${path}`, { headers: { authorization } });
    // A hint is not worth a failed start.
    return response.ok ? ((await response.json()) as T) : undefined;
  };
  const [projections, history] = [await get<Listed>('/ops/projections'), await get<{ rebuilds: Built[] }>('/ops/rebuilds')];
  return `${builtHint(history?.rebuilds ?? [], since)}${projections ? unbuiltHint(projections) : ''}`;
};
