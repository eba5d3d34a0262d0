import type { ComponentChildren } from 'preact';
import { ApiError, Invalid, NotFound, NotYours, Problem, Unauthorized } from '../../lib/client/index.ts';
import { isOperator, signOut } from '../session.ts';
import { Correlation, Id } from './id.tsx';

export const Loading = () => (
  <div role="status">
    <div class="loading" />
    <span class="hidden-text">Loading</span>
  </div>
);

/** There is nothing here, and what one may do about it. */
export const Empty = ({ title, children }: Readonly<{ title: string; children?: ComponentChildren }>) => (
  <div class="empty">
    <strong>{title}</strong>
    {children}
  </div>
);

const adviceOf = (problem: unknown): string | undefined => {
  if (problem instanceof NotYours) return 'Your roles do not allow this. Ask whoever gives roles in this deployment.';
  if (problem instanceof Invalid) return problem.errors.map(({ path, reason }) => `${path} ${reason}`).join('; ');
  if (problem instanceof ApiError && !(problem instanceof Problem)) return 'Look at your network, and try again.';
  return undefined;
};

/** What went wrong, in the API's own words, what to do next, and the id under which the logs have it. */
export const ProblemNotice = ({ problem, retry }: Readonly<{ problem: unknown; retry?: () => void }>) => {
  const advice = adviceOf(problem);
  const correlation = problem instanceof Problem ? problem.correlation : undefined;
  return (
    <div class="notice is-bad" role="alert">
      <strong>{problem instanceof Error ? problem.message : String(problem)}</strong>
      {advice && <span>{advice}</span>}
      {correlation !== undefined && (
        <span>
          The log lines of this request stand under{' '}
          {isOperator.value ? <Correlation of={correlation} /> : <Id value={correlation} />}.
        </span>
      )}
      <span class="row">
        {retry && (
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        )}
        {problem instanceof Unauthorized && (
          <button type="button" class="button" onClick={signOut}>
            Sign in again
          </button>
        )}
      </span>
    </div>
  );
};

/** What went wrong; or that a deployment has nothing of a kind, whose route is not there then. */
export const NoneOr = ({ problem, retry, what }: Readonly<{ problem: unknown; retry: () => void; what: string }>) =>
  problem instanceof NotFound ? (
    <Empty title={`This deployment has no ${what}`}>
      <span>Its manifest declares none.</span>
    </Empty>
  ) : (
    <ProblemNotice problem={problem} retry={retry} />
  );
