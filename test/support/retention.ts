import path from 'node:path';
import { rm } from 'node:fs/promises';
import { ready } from '../../crypto/public.js';
import type { Clock } from '../../server/clock.js';
import { loadConfig, type Config } from '../../server/config.js';
import { migrate, openDatabase, type Database } from '../../server/database.js';
import { createLog } from '../../server/log.js';
import { composeRetention } from '../../server/tasks.js';
import type { Retention } from '../../server/retention/service.js';
import { installOrganisation, makeOrganisation, type TestOrganisation } from './organisation.js';
import { temporaryFolder } from './server.js';

/** A database with an organisation, without a server. */
export interface TestStore {
  readonly config: Config;
  readonly db: Database;
  readonly organisation: TestOrganisation;
  /** The work of one process at this database. */
  retention(clock: Clock): Retention;
  /** Another connection, as another process has it. */
  connect(): Promise<Database>;
  stop(): Promise<void>;
}

/** Makes a database in a folder of its own. */
export async function makeTestStore(): Promise<TestStore> {
  await ready();
  const folder = await temporaryFolder();
  const config = await loadConfig({
    CASEKEY_DATA_FOLDER: folder,
    CASEKEY_DATABASE: path.join(folder, 'test.sqlite'),
    CASEKEY_TIME_ZONE: 'UTC',
  });
  const connect = (): Promise<Database> =>
    openDatabase(
      config,
      createLog(
        () => new Date(),
        () => undefined,
      ),
    );
  const db = await connect();
  await migrate(db);
  const organisation = await makeOrganisation();
  await installOrganisation(db, organisation);
  return {
    config,
    db,
    organisation,
    retention: (clock) => composeRetention({ config, db, clock }),
    connect,
    async stop() {
      await db.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
