import type { Manifest } from '../core/manifest.ts';
import type { ManifestModule } from './project.ts';

/** The project that the command line works for. Its manifest is loaded by the verbs that need it: a broken one breaks no other verb. */
export type Project = Readonly<{
  /** The file that exports the manifest. */
  module: () => ManifestModule;
  manifest: () => Promise<Manifest>;
}>;

/** Sets the exit code for scripts; the findings have been printed. */
export const failUnless = (ok: boolean): void => {
  process.exitCode = ok ? 0 : 1;
};

export const stackOption = ['--stack <name>', 'a deployment on AWS; without it the one of npm start'] as const;
