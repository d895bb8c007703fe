import { fileURLToPath } from 'node:url';
import { ConfigError, loadConfig } from '../server/config.js';
import { PortTaken, startDemo, type Demo } from './demo/run.js';

// what the demo makes is its own user's to read
process.umask(0o077);

function introduction(demo: Demo): string {
  const { address, administrator, handlers, fingerprint, caseKey, cases } = demo;
  return `
Casekey runs with ${String(cases)} made-up cases; nothing in it is real.

  Reporters     ${address}/
  Desk          ${address}/desk/en/

  Handler       ${handlers.maja.name.padEnd(8)} ${handlers.maja.passphrase}
  Handler       ${handlers.tobias.name.padEnd(8)} ${handlers.tobias.passphrase}
  Administrator ${administrator.name.padEnd(8)} ${administrator.passphrase}

  A case key    ${caseKey.join(' ')}
  (the reporter of the pump; open it at ${address}/en/return)

  Eight words   ${fingerprint.join(' ')}

Ctrl-C ends it and removes everything.`;
}

let demo: Demo | null = null;
let stopping = false;
const stop = (): void => {
  if (stopping || demo === null) process.exit(130);
  stopping = true;
  void demo.stop().then(() => process.exit(0));
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  // of the settings only the port: data folder, mail and all else are the demo's own
  const asked = process.env['CASEKEY_PORT'] ?? '';
  const { port } = await loadConfig({ CASEKEY_PORT: asked });
  demo = await startDemo({
    // this file is dist/client/demo.js when it runs
    dist: fileURLToPath(new URL('..', import.meta.url)),
    port,
    insist: asked !== '',
    say: (line) => {
      console.log(line);
    },
  });
  console.log(introduction(demo));
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof PortTaken)) throw error;
  console.error(`The demo cannot start: ${error.message}`);
  process.exitCode = 1;
}
