import type { IncidentView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { bulkElement, resultText } from './bulk.js';
import type { Desk } from './desk.js';
import { element } from './dom.js';

/** What an incident asks of a handler's own cases: each does it at the own desk. */
export function incidentCases(desk: Desk, { name, reads }: IncidentView): HTMLElement {
  const box = element('div');
  if (desk.account.part !== 'handler') {
    box.append(element('p', t('desk.incident.cases_administrator', { name })));
    return box;
  }
  box.append(
    element('p', t(`desk.incident.renew.${reads === 'left' ? 'left' : 'active'}`, { name })),
  );
  if (reads === 'left') {
    const bulk = bulkElement(
      t('desk.leavers.do'),
      (onProgress, signal) => desk.api.renewAll(onProgress, signal),
      (result, { say }) => {
        say(resultText(desk, plural('desk.leavers.done', result.changed), result));
      },
    );
    box.append(bulk.element);
  }
  return box;
}
