// npm runs this before it packs or publishes this folder, which is not the package: its exports are TypeScript, which Node does not read in node_modules.
// It also runs it before the script `pack`, which makes the package.
if (!process.env.npm_command?.startsWith('run')) {
  console.error(
    'This folder is not the package. Build and pack it by: npm run pack. A release is made by its workflow (CONTRIBUTING.md).',
  );
  process.exitCode = 1;
}
