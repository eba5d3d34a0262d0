import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { step } from '../../lib/cli/terminal/progress.ts';
import { sitePages, sitePictures } from './pages.ts';
import { reference } from './reference.ts';
import { repository, root } from './repository.ts';
import { sidebar } from './sidebar.ts';

const docs = join(root, 'docs');
/** Where the pages are put together. VitePress reads them there, so that docs/ has nothing that was generated. */
const staged = join(root, '.cache', 'docs');

const run = (command: string, args: readonly string[], cwd: string, quiet = false): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: quiet ? ['ignore', 'ignore', 'inherit'] : 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });

/** The generator has packages of its own, which are installed when they are first needed. */
const install = async (): Promise<void> => {
  const lock = readFileSync(join(docs, 'package-lock.json'), 'utf8');
  const stamp = join(docs, 'node_modules', '.foldstream-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const code = await step("Installing the site's generator", () => run('npm', ['ci', '--loglevel=error'], docs, true));
  if (code !== 0)
    throw new Error('The generator could not be installed: the reason is above. Check the network, then try again.');
  writeFileSync(stamp, lock);
};

const stage = (): void => {
  const sources = repository();
  const pages = sitePages(sources, reference(sources));
  const files = new Map([...pages, ['sidebar.json', JSON.stringify(sidebar(pages))]]);
  for (const [path, text] of files) {
    const file = join(staged, path);
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  }
  for (const path of sitePictures(sources)) cpSync(join(root, path), join(staged, path.slice('docs/'.length)));
};

const verb = process.argv[2] ?? 'dev';
if (!['dev', 'build', 'preview'].includes(verb)) {
  console.error(
    `There is no '${verb}': use npm run docs (to read while you write), npm run docs -- build, or npm run docs -- preview.`,
  );
  process.exit(2);
}
await install();
rmSync(staged, { recursive: true, force: true });
stage();
if (verb === 'dev') {
  let waiting: NodeJS.Timeout | undefined;
  watch(docs, { recursive: true }, (_, file) => {
    if (!file?.endsWith('.md') || file.includes('node_modules')) return;
    clearTimeout(waiting);
    waiting = setTimeout(stage, 50);
  });
}
process.exit(await run(join(docs, 'node_modules', '.bin', 'vitepress'), [verb, 'docs', ...process.argv.slice(3)], root));
