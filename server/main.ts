import { fileURLToPath } from 'node:url';
import { setUpLink } from './accounts/set-up.js';
import { systemClock } from './clock.js';
import { ConfigError, loadConfig, type Config } from './config.js';
import { createLog } from './log.js';
import { loadOrganisations } from './organisations.js';
import { startOrganisations, type ServedOrganisation } from './several.js';
import { startFault } from './start-fault.js';
import { startServer } from './start.js';

// what the server makes is its own user's to read
process.umask(0o077);

const log = createLog(systemClock);

function fail(event: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  log({ event, code: code ?? (error instanceof Error ? error.name : typeof error) });
  process.exit(1);
}

// a promise that nobody waited for has failed: what state we are in is unknown
process.on('unhandledRejection', (error) => fail('unhandled rejection', error));
process.on('uncaughtException', (error) => fail('uncaught exception', error));

/** Stops once, and at the second signal at once. */
function stopWith(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** Says where an organisation is served, and with which link it is set up: it is nobody else's affair. */
async function announce({ name, db, config: own }: ServedOrganisation): Promise<void> {
  try {
    const link = await setUpLink(db, own);
    console.log(`${name} is ready at ${own.publicAddress}`);
    if (link !== null) console.log(`Set ${name} up at ${link} (once)`);
  } catch (error) {
    console.error(
      `${name} is served, but has no set-up link yet: ${startFault(error, own)} ` +
        'The next start prints one.',
    );
  }
}

let config: Config | undefined;
try {
  // this file is dist/server/main.js when it runs
  const dist = fileURLToPath(new URL('..', import.meta.url));
  const list = await loadOrganisations(process.env);
  if (list === null) {
    config = await loadConfig(process.env);
    const server = await startServer({ config, dist, clock: systemClock, log });
    // before it can be told to stop, which closes the database
    const link = await setUpLink(server.db, server.config);
    stopWith(() => server.stop());
    // said only now, when it can also be stopped cleanly
    console.log(`Casekey is ready at ${server.config.publicAddress}`);
    if (link !== null)
      console.log(`Set it up at ${link} (once; the next start prints another link)`);
  } else {
    const { organisations } = list;
    config = organisations[0]?.config;
    const options = { ...list, dist, clock: systemClock, log };
    const starting = startOrganisations({ ...options, onServed: (each) => void announce(each) });
    // some are served while others are still being opened
    stopWith(async () => (await starting).stop());
    const running = await starting;
    for (const { name, error } of running.failed()) {
      const own = organisations.find((each) => each.name === name)?.config;
      console.error(`${name} is not available: ${startFault(error, own)}`);
    }
  }
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(`The configuration cannot be used:\n${error.message}`);
  } else {
    console.error(`Casekey could not start: ${startFault(error, config)}`);
  }
  process.exit(1);
}
