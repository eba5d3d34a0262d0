// What a new project is made of: pure, apart from reading the template.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(fileURLToPath(import.meta.url));
const template = join(home, 'template');

/** The version of this package, which is that of the `foldstream` that it writes projects for. */
export const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));

/** The versions that `foldstream` was tested with. The CDK and its command line are exact, since not every pair of them works. */
export const dependencies = {
  'aws-cdk-lib': '2.275.0',
  constructs: '^10.8.1',
  zod: '^4.6.7',
};
export const devDependencies = {
  '@types/node': '^24.19.2',
  'aws-cdk': '2.1148.1',
  node: '^24.21.0',
  typescript: '^7.0.2',
  vitest: '^5.1.1',
};

const sorted = (entries) => Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));

const packageJson = ({ name, foldstream }) => ({
  name,
  version: '0.0.0',
  private: true,
  type: 'module',
  imports: { '#manifest': './domains/index.ts' },
  scripts: {
    start: 'foldstream start',
    test: 'tsc -p . && vitest run && foldstream contracts',
    deploy: 'cdk deploy',
    token: 'foldstream token',
    foldstream: 'foldstream',
  },
  dependencies: sorted({ foldstream, ...dependencies }),
  devDependencies: sorted(devDependencies),
  // npm 12 runs the scripts of no other package.
  allowScripts: { node: true, esbuild: true },
});

/** The fault of a project's name, which is also that of its stacks. */
export const faultOf = (name) =>
  /^[a-z][a-z0-9-]{0,39}$/.test(name)
    ? undefined
    : `'${name}' cannot name a project: its stacks are named after it. Use 1 to 40 of a-z, 0-9 and hyphens, beginning with a letter.`;

const region = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** The fault of an AWS region's name. */
export const faultOfRegion = (text) =>
  region.test(text) ? undefined : `'${text}' is no AWS region: use one such as eu-central-1.`;

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** Names that npm would leave out of the package, or take for its own. */
const placeOf = (path) => path.replaceAll('\\', '/').replace(/(^|\/)_/g, '$1.');

/** The files of a new project by their path. `foldstream` is the version of the package that it depends on, or where else it comes from. */
export const projectFiles = ({ name, region, foldstream = `^${version}` }) => {
  const filled = (text) => text.replaceAll('my-app', name).replaceAll('eu-central-1', region);
  const files = filesIn(template).map((file) => [placeOf(relative(template, file)), filled(readFileSync(file, 'utf8'))]);
  return { 'package.json': `${JSON.stringify(packageJson({ name, foldstream }), undefined, 2)}\n`, ...Object.fromEntries(files) };
};
