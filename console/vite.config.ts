import { defineConfig } from 'vite';

const api = process.env.FOLDSTREAM_API ?? 'http://localhost:4566/_aws/execute-api/foldstream';

/** Relative addresses: the console lives behind whatever prefix its API has. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // The page is at /console/ of the server, and the API beside it, as deployed.
  server: {
    proxy: Object.fromEntries(
      ['/api'].map((path) => [
        path,
        { target: new URL(api).origin, rewrite: (url: string) => new URL(api).pathname + url.slice(4) },
      ]),
    ),
  },
});
