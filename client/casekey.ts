#!/usr/bin/env node
import { run } from './cli/run.js';
import { createTerminal } from './cli/terminal.js';
import { createFetch } from './node/fetch.js';

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
  fetch: createFetch(),
  now: () => new Date(),
  signal: cancel.signal,
});
