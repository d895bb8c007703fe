import { EXIT, runCommand } from '../command.js';
import { composeRetention } from '../tasks.js';
import type { PurgePlan } from '../retention/service.js';

const DRY_RUN = '--dry-run';

/** Cases and practice cases, in words. */
function counted({ cases, practice }: Pick<PurgePlan, 'cases' | 'practice'>): string {
  return `cases ${String(cases)}, practice cases ${String(practice)}`;
}

// `node dist/server/commands/purge.js [--dry-run]`: what the server's daily job does, for cron
await runCommand([DRY_RUN], async (context, given) => {
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
