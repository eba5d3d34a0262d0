import { explain } from '../terminal/user-error.ts';
import { type Change, changeBetween, type Deployed, type Description } from './change.ts';
import { lineAt, oldGoesOn, replacedLine, seconds } from './lines.ts';

/** A description with all that is needed to run what it describes. */
export type Version = Description & Readonly<{ deployed: readonly Deployed[] }>;

export type Tried<V extends Version> = Readonly<{ version: V }> | Readonly<{ fault: string }>;

export type LoopPorts<V extends Version> = Readonly<{
  /** Waits until the files have been quiet for a moment. */
  quiet: () => Promise<void>;
  /** The contents of all sources that are known, by their hashes. */
  contents: () => Promise<ReadonlyMap<string, string>>;
  /** Compiles and describes the files as they are now. */
  make: () => Promise<Tried<V>>;
  replace: (version: V, functions: readonly string[]) => Promise<void>;
  /** Deploys the files as they are now. */
  deploy: (version: V) => Promise<void>;
  print: (line: string) => void;
  now: () => Date;
  shown: (file: string) => string;
}>;

const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  [...a].every(([key, value]) => !b.has(key) || b.get(key) === value);

/** Brings each saved change into the deployment, one after the other. Without a version that is known to run, the first one is deployed. */
export const changeLoop = <V extends Version>(ports: LoopPorts<V>, running: V | undefined) => {
  let applied = running;
  /** The version that runs beside CloudFormation: the last one that was replaced and not deployed. */
  let beside: V | undefined;
  let saved = false;
  let failing = '';
  let turn: Promise<void> | undefined;
  const say = (text: string) => ports.print(lineAt(ports.now(), text));

  const bring = async (version: V, change: Change, begun: number): Promise<void> => {
    const lasted = () => ports.now().getTime() - begun;
    if (change.kind === 'replace') {
      await ports.replace(version, change.functions);
      beside = version;
      say(replacedLine(change, lasted(), ports.shown));
    } else {
      say('More than code changed: this is deployed.');
      await ports.deploy(version);
      beside = undefined;
      say(`Deployed in ${seconds(lasted())}`);
    }
    applied = version;
    failing = '';
  };

  /** Some functions may run other code than others: the next change replaces all of them. Until then the version that ran goes on. */
  const unsure = async (change: Change): Promise<void> => {
    applied = applied && { ...applied, steps: new Map(), sources: new Map() };
    // CloudFormation goes back to what it had deployed.
    if (change.kind === 'deploy' && beside)
      await ports.replace(
        beside,
        beside.deployed.map(({ name }) => name),
      );
  };

  const fail = (fault: string) => {
    if (fault !== failing) say(oldGoesOn(fault));
    failing = fault;
  };

  const once = async (): Promise<void> => {
    await ports.quiet();
    saved = false;
    const begun = ports.now().getTime();
    const before = await ports.contents();
    const tried = await ports.make();
    // The compiler, the bundler and the manifest may have read different contents: all of it is done again.
    if (saved) return;
    if ('fault' in tried) return fail(tried.fault);
    if (!same(before, tried.version.sources)) {
      saved = true;
      return;
    }
    const change: Change = applied ? changeBetween(applied, tried.version, tried.version.deployed) : { kind: 'deploy' };
    if (change.kind === 'nothing') {
      if (failing !== '') say('What runs is what is saved again.');
      failing = '';
      return;
    }
    try {
      await bring(tried.version, change, begun);
    } catch (error) {
      fail(explain(error));
      await unsure(change);
    }
  };

  const all = async (): Promise<void> => {
    while (saved) await once().catch((error: unknown) => fail(explain(error)));
  };

  return {
    /** A file was saved. */
    saved: (): void => {
      saved = true;
      turn ??= all().finally(() => {
        turn = undefined;
      });
    },
    /** Settles when nothing is left to be done. */
    idle: async (): Promise<void> => {
      await turn;
    },
  };
};
