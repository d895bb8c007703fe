import { administratorLink } from '../accounts/appointing.js';
import { EXIT, runCommand } from '../command.js';

// `node dist/server/commands/administrator-link.js`: half of what makes an administrator where none
// is left; the other half is the root's words, on paper in a safe
const usage = `npm run administrator-link      prints a one-time link that makes an administrator

For an organisation in which no administrator can act any more. Whoever opens the
link needs the root's 24 words, from the safe. It takes every other administrator out
and gives access to no case. The link works once, for 24 hours, and ends the one
before; the organisation's log tells that it was made. It may run beside the server
and needs a build. Settings are the server's: environment, or the file that
CASEKEY_CONFIG names (docs/configuration.md), with the public address.

Exit codes: 0 done, 1 failed, or not set up yet, 64 wrong use.`;

await runCommand(usage, [], async ({ config, db, clock }) => {
  const link = await administratorLink({ db, clock, config });
  if (link === null) {
    console.error('Nothing is set up yet. The server prints the link to set up when it starts.');
    return EXIT.failed;
  }
  console.log(link);
  console.error("It works once, within 24 hours, and needs the root's 24 words.");
  return EXIT.ok;
});
