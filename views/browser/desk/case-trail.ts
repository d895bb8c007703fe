import { fillList, part, write } from './dom.js';
import { t } from '../strings.js';
import { auditItem, namesOf } from './audit-lines.js';
import type { Desk } from './desk.js';
import { failureText, report } from './failures.js';

/** Fills the audit trail of one case. */
export async function fillTrail(desk: Desk, panel: HTMLElement, caseId: string): Promise<void> {
  write(panel, 'trail-working', t('desk.loading'));
  try {
    const [lines, names] = await Promise.all([desk.api.auditOf(caseId), namesOf(desk)]);
    fillList(part(panel, 'trail'), lines, (line) => auditItem(line, names, null));
    write(panel, 'trail-working', lines.length === 0 ? t('desk.trail.none') : '');
  } catch (error) {
    write(panel, 'trail-working', failureText(error));
    report(error);
  }
}
