// The package's entry `foldstream/cli`: the command line, and how it finds and loads a project.

export { foldstream } from './foldstream.ts';
export { loadProject, loadSettings, type ManifestModule, manifestModule, type Project } from './project.ts';
export { explain, UserError } from './terminal/user-error.ts';
