import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Manifest } from '../../core/manifest.ts';
import { describeModel } from '../../engine/model/describe.ts';
import { readSamples } from '../contracts/contracts.ts';
import { recordsOf } from '../project.ts';
import { count } from '../terminal/lines.ts';
import { type Project, runs } from '../verbs.ts';
import { modelPages } from './pages.ts';

type Asked = Readonly<{ manifest: Manifest; out: string; title: string }>;

/** Declares the verb that writes the model as pages. */
export const modelVerbs = (program: Command, project: Project): void => {
  runs(
    program
      .command('docs-of-model')
      .description('write the model as pages for a wiki: a picture, and a page for each aggregate, event, view and process')
      .requiredOption('--out <folder>', 'the folder to write them to')
      .option('--title <text>', 'the title of the first page', 'Model'),
    async ({ manifest, out, title }: Asked, print) => {
      const pages = modelPages(describeModel(manifest, readSamples(recordsOf(project.module()))), title);
      mkdirSync(out, { recursive: true });
      for (const [file, html] of Object.entries(pages)) writeFileSync(join(out, file), html);
      print(`${count(Object.keys(pages).length, 'page')} are in ${out}: open ${join(out, 'index.html')}.`);
    },
    project,
  );
};
