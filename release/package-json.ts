import own from '../package.json' with { type: 'json' };

/**
 * The peers: packages of which a project must have one copy, its own. A construct is one only to the same `constructs`, and a schema is read only by
 * the same `zod`.
 */
const peers = ['aws-cdk-lib', 'constructs', 'zod'] as const;

const isPeer = (name: string) => (peers as readonly string[]).includes(name);
const compiled = (file: string) => file.replace(/\.ts$/, '.js');

/** An entry as it is published: its types and its code. */
const entry = (file: string) => ({ types: file.replace(/\.ts$/, '.d.ts'), default: compiled(file) });

/** The package.json of the published package, made of the repository's. `repository` is the one that a release is built from. */
export const publishedPackage = (repository?: string): object => {
  const { name, version, description, license, type, engines, sideEffects } = own;
  return {
    name,
    version,
    description,
    license,
    ...(repository && { repository: { type: 'git', url: `git+${repository}.git` } }),
    type,
    engines,
    sideEffects,
    bin: Object.fromEntries(Object.entries(own.bin).map(([command, file]) => [command, compiled(file)])),
    exports: {
      ...Object.fromEntries(Object.entries(own.exports).map(([path, file]) => [path, entry(file)])),
      './package.json': './package.json',
    },
    files: ['bin', 'console/dist', 'functions', 'lib', 'CHANGELOG.md'],
    dependencies: Object.fromEntries(Object.entries(own.dependencies).filter(([dependency]) => !isPeer(dependency))),
    peerDependencies: Object.fromEntries(peers.map((peer) => [peer, `^${own.dependencies[peer]}`])),
  };
};
