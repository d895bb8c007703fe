import { signersOf, type AuditHeadFault } from '../../crypto/public.js';
import { verifyHeads, type HeadContradiction } from '../audit/heads.js';
import { createAudit } from '../audit/service.js';
import { EXIT, runCommand } from '../command.js';
import { createDirectories } from '../directory/versions.js';

const said: Readonly<Record<AuditHeadFault, string>> = {
  contradicts: 'now the log says otherwise',
  ends_before: 'the log ends before it',
  wrong_signature: 'but the signature is not theirs',
  unknown_signer: 'and the directory knows no such account',
};

function line({ code, head }: HeadContradiction): string {
  const entry = `entry ${String(head.sequence)} had hash ${head.hash}`;
  return `Contradiction: chain ${head.scope}: account ${head.account} signed on ${head.day} that ${entry}; ${said[code]}`;
}

// `node dist/server/commands/verify-audit.js`: follows every chain of the audit log, and compares the
// heads with it that people at the desk signed
const usage = `npm run verify-audit           checks the audit log

It follows every chain of the log from its first entry and compares with it the heads
that people at the desk signed. It changes nothing, may run beside the server, and
needs a build. Settings are the server's: environment, or the file that CASEKEY_CONFIG
names (docs/configuration.md).

Exit codes: 0 all holds, 1 something is broken or contradicts, or it failed, 64 wrong use.`;

await runCommand(usage, [], async ({ db, clock }) => {
  const { scopes, entries, broken } = await createAudit({ clock }).verifyAll(db);
  for (const { scope, sequence } of broken) {
    console.log(`Broken: chain ${scope}, entry ${String(sequence)}`);
  }
  console.log(
    `${String(entries)} entries in ${String(scopes)} chains, ${String(broken.length)} chains broken`,
  );
  const directory = await createDirectories().newest(db);
  const signers = directory === null ? new Map<string, string>() : signersOf(directory.directory);
  const { heads, contradictions } = await verifyHeads(db, signers);
  for (const each of contradictions) console.log(line(each));
  console.log(
    `${String(heads)} signed heads compared, ${String(contradictions.length)} contradictions`,
  );
  return broken.length + contradictions.length === 0 ? EXIT.ok : EXIT.failed;
});
