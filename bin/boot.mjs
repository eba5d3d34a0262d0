// The way into every npm script: installs what is missing, then hands over to the repository's own Node.
// Plain JavaScript without dependencies, because it runs before there are any, on whatever Node (18 or later) is there.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const node = join(bin, 'node');
const stamp = join(modules, '.foldstream-installed');
const lock = join(root, '.cache', 'install.lock');

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
const wanted = () => readFileSync(join(root, 'package-lock.json'), 'utf8');
const digest = (text) => createHash('sha256').update(text).digest('hex');

function isInstalled() {
  if (!existsSync(node)) return false;
  const lockFile = wanted();
  return read(stamp) === digest(lockFile) || holdsAll(JSON.parse(lockFile).packages);
}

const neededOf = (packages) => Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.optional && !entry.link);

// Somebody who ran npm alone has no stamp; npm's own record tells then. Optional packages are of other platforms.
function holdsAll(packages) {
  const installed = JSON.parse(read(join(modules, '.package-lock.json')) ?? '{}').packages ?? {};
  return neededOf(packages).every(([path, entry]) => installed[path]?.version === entry.version);
}

async function install() {
  const release = await takeLock();
  try {
    // Whoever held the lock before may have installed all of it.
    if (isInstalled()) return;
    await step('Installing dependencies', npmInstall, packagesThere);
    writeFileSync(stamp, digest(wanted()));
  } finally {
    release();
  }
}

// The holder touches the lock every second, so that one left by a killed process is recognised by its age.
async function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 15_000) rmSync(lock, { force: true });
    await pause(100);
  }
  const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 1_000);
  return () => {
    clearInterval(beat);
    rmSync(lock, { force: true });
  };
}

// npm says nothing before it has ended. What it has unpacked so far is in the folder.
function packagesThere() {
  const about = neededOf(JSON.parse(wanted()).packages).length;
  const list = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []);
  const here = list(modules).flatMap((name) => (name.startsWith('@') ? list(join(modules, name)) : [name])).length;
  return `${here} of about ${about} packages`;
}

async function npmInstall() {
  // One question first: without a network npm would try each of some hundred packages again and again.
  const asked = await npm(
    'view',
    'node',
    'version',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=500',
    '--fetch-timeout=15000',
  );
  if (asked.code !== 0 && !interrupted && unreachable.test(asked.output)) throw new Stop(noNetwork);
  let { code, output } = await npm('ci');
  // A lock file made through a mirror may lack other platforms' binaries (npm/cli#9342), and `npm ci` then refuses all
  // of it. `npm install` keeps to what the lock file lists, and takes those at the exact version that their owner names.
  if (code !== 0 && !interrupted && lacksOnlyPlatforms(output)) ({ code, output } = await npm('install', '--no-save'));
  if (code === 0) return;
  if (interrupted) throw new Stop('', code);
  throw new Stop(
    unreachable.test(output) ? noNetwork : `${output.trim()}\nThe dependencies could not be installed: npm's reason is above.`,
  );
}

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;
const noNetwork =
  'The dependencies could not be downloaded: the npm registry does not answer. Check the network, then try again.';

function lacksOnlyPlatforms(output) {
  const missing = [...output.matchAll(/Missing: (@?[^@\s]+)@/g)].map((match) => match[1]);
  const entries = Object.values(JSON.parse(wanted()).packages);
  const optional = new Set(entries.flatMap((entry) => Object.keys(entry.optionalDependencies ?? {})));
  return missing.length > 0 && missing.every((name) => optional.has(name)) && !output.includes('Invalid: ');
}

async function npm(...verb) {
  const path = process.env.npm_execpath;
  const own = path && basename(path) === 'npm-cli.js' ? [process.execPath, path] : ['npm'];
  const [command, ...args] = [...own, ...verb, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  let output = '';
  const code = await runChild(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }, (chunk) => {
    output += chunk;
  });
  return { code, output };
}

class Stop extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}
let interrupted = false;

// Resolves with the exit code of the child, and never before the child has ended.
function runChild(command, args, options, onOutput) {
  const child = spawn(command, args, options);
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  const forward = (signal) => {
    interrupted = true;
    // A terminal has sent its Ctrl-C to the child already.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Stop(`${command} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

// A terminal is redrawn; elsewhere there is a line now and then, since the first installation takes more than a minute.
const tellEvery = Number(process.env.FOLDSTREAM_TELL_EVERY ?? 10_000);

async function step(title, work, howFar) {
  const begun = Date.now();
  const time = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  const { isTTY } = process.stdout;
  const draw = (end) => process.stdout.write(`${isTTY ? `\r\u001b[K${title} ... ` : ''}${end}`);
  process.stdout.write(`${title} ... `);
  const tell = () => (isTTY ? draw(`${time()}, ${howFar()} `) : process.stdout.write(`\n  ${time()}, ${howFar()} ... `));
  const tick = setInterval(tell, isTTY ? 500 : tellEvery);
  try {
    await work();
    draw(`${time()}\n`);
  } catch (error) {
    draw(`failed after ${time()}\n`);
    throw error;
  } finally {
    clearInterval(tick);
  }
}

try {
  if (!isInstalled()) await install();
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  process.exitCode = await runChild(node, process.argv.slice(2), { stdio: 'inherit', env });
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  if (error.message) console.error(error.message);
  process.exitCode = error.code;
}
