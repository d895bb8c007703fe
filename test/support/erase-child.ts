import type { AttachmentId, CaseId, Erases } from '../../crypto/public.js';
import { ready } from '../../crypto/public.js';
import { releaseErased } from '../../server/attachments/store.js';
import { loadConfig } from '../../server/config.js';
import { openDatabase } from '../../server/database.js';
import { eraseBodies } from '../../server/records/erasures.js';
import { finishErasures } from '../../server/tasks.js';

// an erasure in a process of its own, so that it can be killed between the transaction and the end of
// what follows it; the argument says what is erased
interface Task {
  id: CaseId;
  entries: Erases['entries'];
  files: AttachmentId[];
}

const [, , task = ''] = process.argv;
const { id, entries, files } = JSON.parse(task) as Task;
await ready();
const db = await openDatabase(await loadConfig(process.env), () => undefined);
process.stdout.write('ready\n');
await db.transaction(async (trx) => {
  await eraseBodies(trx, id, 'dialogue', { entries, files, remains: null });
  await releaseErased(trx, files, id, 'dialogue');
});
process.stdout.write('committed\n');
await finishErasures(db);
await db.destroy();
process.stdout.write('done\n');
