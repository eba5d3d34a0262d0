#!/usr/bin/env node
import { nodeFor, runOn } from './own-node.ts';

const node = nodeFor({ version: process.versions.node, folder: process.cwd(), env: process.env });
if (node instanceof Error) {
  console.error(node.message);
  process.exitCode = 1;
} else if (node !== undefined) process.exitCode = await runOn(node);
else await (await import('foldstream/cli')).foldstream();
