import { createAudit } from '../audit/service.js';
import { EXIT, runCommand } from '../command.js';

// `node dist/server/commands/verify-audit.js`: follows every chain of the audit log
await runCommand([], async ({ db, clock }) => {
  const { scopes, entries, broken } = await createAudit({ clock }).verifyAll(db);
  for (const { scope, sequence } of broken) {
    console.log(`Broken: chain ${scope}, entry ${String(sequence)}`);
  }
  console.log(
    `${String(entries)} entries in ${String(scopes)} chains, ${String(broken.length)} chains broken`,
  );
  return broken.length === 0 ? EXIT.ok : EXIT.failed;
});
