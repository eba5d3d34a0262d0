import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The files with a version: both packages have the same one. The second may not be there yet. */
const packages = ['package.json', 'package-lock.json', 'create/package.json'];
const changelog = 'CHANGELOG.md';
const repository = resolve(import.meta.dirname, '..');

const form = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const headingOf = (version: string) => `## [${version}] - `;

/** Files by their names. */
type Files = Readonly<Record<string, string>>;

const versionIn = (text: string): string => (JSON.parse(text) as { version: string }).version;

/** Why a tag is not to be released from these files. */
export const releaseFaults = (tag: string, files: Files): readonly string[] => {
  const version = tag.replace(/^v/, '');
  if (tag !== `v${version}` || !form.test(version)) return [`${tag} is no version: a tag is such as v0.2.0.`];
  const wrong = packages
    .filter((file) => files[file] !== undefined && versionIn(files[file]) !== version)
    .map((file) => `${file} has version ${versionIn(files[file]!)}, and the tag is ${tag}: npm run release -- ${version}`);
  const line = files[changelog]?.split('\n').find((each) => each.startsWith(headingOf(version)));
  const undated = line === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(line.slice(headingOf(version).length));
  return [
    ...wrong,
    ...(undated ? [`${changelog} has no heading '${headingOf(version)}<date>': npm run release -- ${version}`] : []),
  ];
};

/** The files of a release: its version in both packages, and its date in the changelog in the place of `unreleased`. */
export const releasedFiles = (version: string, date: string, files: Files): Files => {
  if (!form.test(version)) throw new Error(`${version} is no version: it is such as 0.2.0.`);
  const text = files[changelog] ?? '';
  const unreleased = /^## \[[^\]]+\] - unreleased$/m;
  if (!unreleased.test(text))
    throw new Error(`${changelog} has no heading '## [...] - unreleased': write down there what changed, then try again.`);
  const versioned = Object.entries(files).flatMap(([file, content]) => {
    if (!packages.includes(file)) return [];
    const own = versionIn(content);
    // The first two lines of a lock file with a version are the package's own; those of dependencies come later.
    const times = file === 'package-lock.json' ? 2 : 1;
    const parts = content.split(`"version": "${own}"`);
    const changed = `${parts.slice(0, times + 1).join(`"version": "${version}"`)}`;
    return [[file, [changed, ...parts.slice(times + 1)].join(`"version": "${own}"`)] as const];
  });
  return { ...Object.fromEntries(versioned), [changelog]: text.replace(unreleased, `${headingOf(version)}${date}`) };
};

/** `npm run release -- 0.2.0` prepares a release, and `--check v0.2.0` tells whether a tag is one. */
const run = (): void => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'string' } } });
  const names = [...packages, changelog].filter((file) => existsSync(join(repository, file)));
  const files = Object.fromEntries(names.map((file) => [file, readFileSync(join(repository, file), 'utf8')]));
  if (values.check !== undefined) {
    const faults = releaseFaults(values.check, files);
    for (const fault of faults) console.error(fault);
    process.exitCode = faults.length > 0 ? 1 : 0;
    return;
  }
  const [version = ''] = positionals;
  try {
    const changed = releasedFiles(version, new Date().toISOString().slice(0, 10), files);
    for (const [file, text] of Object.entries(changed)) writeFileSync(join(repository, file), text);
    console.log(`Commit it, and tag the commit on the main branch: git tag v${version} && git push origin v${version}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
};

if (import.meta.main) run();
