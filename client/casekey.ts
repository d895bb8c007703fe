#!/usr/bin/env node
import { run } from './cli/run.js';
import { createTerminal } from './cli/terminal.js';

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
  fetch: (input, init) => fetch(input, init),
  now: () => new Date(),
  signal: cancel.signal,
});
