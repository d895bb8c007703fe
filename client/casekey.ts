#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { run } from './cli/run.js';
import { createTerminal } from './cli/terminal.js';
import { createNetwork } from './node/network.js';

const cancel = new AbortController();
process.once('SIGINT', () => {
  cancel.abort();
});

process.exitCode = await run(process.argv.slice(2), {
  terminal: createTerminal({
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  }),
  network: createNetwork,
  now: () => new Date(),
  signal: cancel.signal,
  // this file is dist/client/casekey.js when it runs
  build: fileURLToPath(new URL('..', import.meta.url)),
});
