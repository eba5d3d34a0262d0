import type { Command } from 'commander';
import type { Manifest } from '../../core/manifest.ts';
import { type ManifestModule, ownRecordsOf, recordsOf } from '../project.ts';
import { type Project, runs } from '../verbs.ts';
import { contractsVerb, draftVerb, rowsUnchangedVerb } from './contracts.ts';
import { type AsyncApiOptions, asyncApiVerb, type OpenApiOptions, openApiVerb } from './openapi.ts';

/** Bundles the code of each view of a manifest, and hashes it. */
type CodeOf = (manifest: Manifest, module: ManifestModule) => Promise<Readonly<Record<string, string>>>;

type Asked = Readonly<{
  manifest: Manifest;
  draft?: boolean;
  release?: boolean;
  rowsUnchanged?: readonly string[];
  why?: string;
}>;

/** The options of each verb that writes a description. */
const describing = (verb: Command, title: string): Command =>
  verb
    .option('--out <path>', 'the file to write; without it, the description is printed')
    .option('--title <text>', "the description's title", title)
    .option('--api-version <text>', "the description's version", '0');

/** Declares the verbs for stored formats. */
export const contractsVerbs = (program: Command, project: Project, codeOf: CodeOf): void => {
  runs(
    program
      .command('contracts')
      .description("compare the stored formats, and the views' code, with those last released")
      .option('--release', 'record what is there now as released')
      .option('--draft', 'write a first golden sample, with made-up data, for each version of an event that has none')
      .option('--rows-unchanged <view...>', 'record that the code of these views changed, and none of their stored rows')
      .option('--why <text>', 'the reason, with --rows-unchanged'),
    async ({ manifest, draft, release, rowsUnchanged: views, why }: Asked, print) => {
      const root = recordsOf(project.module());
      const own = ownRecordsOf(project.module());
      const code = () => codeOf(manifest, project.module());
      const { ok, lines } = draft
        ? draftVerb({ manifest, root })
        : views
          ? rowsUnchangedVerb({ root, own, code: await code(), views, why })
          : contractsVerb({ manifest, root, own, code: await code(), release });
      for (const line of lines) print(line);
      return ok;
    },
    project,
  );
  runs(
    describing(program.command('openapi'), 'Foldstream API')
      .description("describe the project's HTTP API as OpenAPI 3.1")
      .option('--url <address>', 'the address of the API, such as the output ApiUrl'),
    async (asked: OpenApiOptions, print) => openApiVerb(asked, print),
    project,
  );
  runs(
    describing(program.command('asyncapi'), 'Foldstream events')
      .description("describe the project's public events as AsyncAPI 3")
      .option('--bus <name>', 'the name or ARN of the bus, such as the output BusName'),
    async (asked: AsyncApiOptions, print) => asyncApiVerb(asked, print),
    project,
  );
};
