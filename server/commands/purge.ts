import { EXIT, runCommand } from '../command.js';
import { composeRetention } from '../tasks.js';
import type { PurgePlan } from '../retention/service.js';

const DRY_RUN = '--dry-run';

/** Cases and practice cases, in words. */
function counted({ cases, practice }: Pick<PurgePlan, 'cases' | 'practice'>): string {
  return `cases ${String(cases)}, practice cases ${String(practice)}`;
}

// `node dist/server/commands/purge.js [--dry-run]`: what the server's daily job does, for cron
const usage = `npm run purge                  removes what is due now, as the server does every night
npm run purge -- --dry-run     says what is due, and removes nothing

Due are cases whose time after closure is over, practice cases, and uploads that
nobody finished. It also reopens cases about which nobody decided. It may run beside
the server and needs a build. Settings are the server's: environment, or the file
that CASEKEY_CONFIG names (docs/configuration.md).

Exit codes: 0 done, 1 failed, 64 wrong use, 75 another purge runs or the journal is
busy; try again in a few minutes.`;

await runCommand(usage, [DRY_RUN], async (context, given) => {
  const retention = composeRetention(context);
  if (given.has(DRY_RUN)) {
    const plans = await retention.plan();
    for (const plan of plans) {
      const name = plan.names['en'] ?? Object.values(plan.names)[0] ?? plan.channel;
      console.log(`Due in ${name}: ${counted(plan)}`);
    }
    if (plans.length === 0) console.log('Nothing is due.');
    return EXIT.ok;
  }
  const result = await retention.run();
  if (result === null) {
    console.error('Another purge is running. Try again in a few minutes.');
    return EXIT.tryLater;
  }
  console.log(`Purged: ${counted(result.purged)}`);
  console.log(`Reopened because nobody decided: ${String(result.escalated)}`);
  console.log(`Abandoned uploads removed: ${String(result.uploads)}`);
  if (result.complete) return EXIT.ok;
  console.error('Another process kept the journal busy. Run it again to empty the journal.');
  return EXIT.tryLater;
});
