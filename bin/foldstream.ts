#!/usr/bin/env node
import { foldstream } from 'foldstream/cli';

await foldstream(import.meta.resolve('#manifest'));
