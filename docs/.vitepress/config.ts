import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../site/markdown.ts';

const pages = join(import.meta.dirname, '../../.cache/docs');
const sidebar = join(pages, 'sidebar.json');

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 12 8 4l6 8" fill="none" stroke="#3451b2" stroke-width="3"/></svg>';

export default defineConfig({
  title: 'Foldstream',
  description: 'Event sourcing and CQRS on AWS, in TypeScript',
  lang: 'en',
  srcDir: '../.cache/docs',
  // A site below a path, such as that of GitHub Pages.
  base: process.env.DOCS_BASE ?? '/',
  ignoreDeadLinks: false,
  // In the page itself: a browser asks for /favicon.ico otherwise, which another site of the same host may have.
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  themeConfig: {
    search: { provider: 'local' },
    sidebar: existsSync(sidebar) ? JSON.parse(readFileSync(sidebar, 'utf8')) : [],
    outline: [2, 3],
    externalLinkIcon: true,
  },
  markdown: {
    // Prose is text: `<view>` is no tag.
    html: false,
    anchor: { slugify: anchorOf },
    config: (md) => {
      const usual = md.renderer.rules.image;
      // A picture of our own becomes part of the page, so that it follows the page's theme.
      md.renderer.rules.image = (tokens, i, options, env, self) => {
        const source = tokens[i]?.attrGet('src') ?? '';
        if (!source.endsWith('.svg') || /^https?:/.test(source)) return usual?.(tokens, i, options, env, self) ?? '';
        const svg = readFileSync(join(dirname(env.path), source), 'utf8');
        return `<span v-pre class="picture">${svg.replace(/<style>[\s\S]*?<\/style>/, '')}</span>`;
      };
    },
  },
});
