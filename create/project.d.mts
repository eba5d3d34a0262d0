/** The version of this package, which is that of the `foldstream` that it writes projects for. */
export declare const version: string;
export declare const dependencies: Readonly<Record<string, string>>;
export declare const devDependencies: Readonly<Record<string, string>>;
/** The fault of a project's name, which is also that of its stacks. */
export declare const faultOf: (name: string) => string | undefined;
/** The fault of an AWS region's name. */
export declare const faultOfRegion: (text: string) => string | undefined;
/** The files of a new project by their path. */
export declare const projectFiles: (
  project: Readonly<{ name: string; region: string; foldstream?: string | undefined }>,
) => Readonly<Record<string, string>>;
