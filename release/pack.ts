import { join, relative } from 'node:path';
import { buildInto, packInto, repository } from './build.ts';

/** `npm run pack`: the package as it is published, compiled into dist/package and packed into dist. */
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
const dist = join(repository, 'dist');
const built = join(dist, 'package');
await buildInto(built, server && name && `${server}/${name}`);
const { tarball, size, unpackedSize, files } = await packInto(built, dist);
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
console.log(
  `${relative(process.cwd(), tarball)}: ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked, ${files.length} files`,
);
