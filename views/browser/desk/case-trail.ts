import { fillList, part, write } from './dom.js';
import { t } from '../strings.js';
import { auditItem, namesOf } from './audit-lines.js';
import type { Desk } from './desk.js';
import { failureText, report } from './failures.js';

/** Fills the audit trail of one case. */
export async function fillTrail(desk: Desk, panel: HTMLElement, caseId: string): Promise<void> {
  write(panel, 'trail-working', t('desk.loading'));
  try {
    const [lines, names] = await Promise.all([desk.api.audit(), namesOf(desk)]);
    const own = lines.filter((line) => line.caseId === caseId);
    fillList(part(panel, 'trail'), own, (line) => auditItem(line, names, null));
    write(panel, 'trail-working', own.length === 0 ? t('desk.trail.none') : '');
  } catch (error) {
    write(panel, 'trail-working', failureText(error));
    report(error);
  }
}
