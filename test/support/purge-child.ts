import { ready } from '../../crypto/public.js';
import { loadConfig } from '../../server/config.js';
import { openDatabase } from '../../server/database.js';
import { composeRetention } from '../../server/tasks.js';

// a purge in a process of its own, so that it can be killed; the argument says what time it is
const [, , now = ''] = process.argv;
await ready();
const config = await loadConfig(process.env);
const db = await openDatabase(config, () => undefined);
const retention = composeRetention({ config, db, clock: () => new Date(now) });
process.stdout.write('ready\n');
const result = await retention.run();
await db.destroy();
process.stdout.write(`${JSON.stringify(result)}\n`);
