import type { AuditLine } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { auditItem, namesOf, type Names } from './audit-lines.js';
import { copyTemplate, element, fillList, onClick, option, part, showPart, write } from './dom.js';
import { numberText } from './days.js';
import type { Desk } from './desk.js';
import { act } from './failures.js';
import { caseTitle } from './inbox-row.js';

/** Lines that stand in the page at once. */
const SHOWN = 200;

/** The audit log as far as this person may read it, newest first, and whether its chains hold. */
export function auditView(desk: Desk): HTMLElement {
  const view = copyTemplate('audit');
  const actor = part(view, 'actor', HTMLSelectElement);
  let lines: AuditLine[] = [];
  let names: Names = new Map();
  let shown = SHOWN;

  const draw = (): void => {
    const wanted = lines.filter(
      (line) => actor.value === '' || (line.actor ?? '-') === actor.value,
    );
    fillList(part(view, 'lines'), wanted.slice(0, shown), (line) =>
      auditItem(line, names, (id) => caseReference(desk, id)),
    );
    write(view, 'count', plural('desk.audit.count', wanted.length));
    showPart(view, 'more-line', wanted.length > shown);
  };

  actor.addEventListener('change', () => {
    shown = SHOWN;
    draw();
  });
  onClick(view, 'more', () => {
    shown += SHOWN;
    draw();
  });
  onClick(view, 'verify', () =>
    act(view, async () => {
      write(view, 'verified', t('desk.audit.verifying'));
      const { checked, broken } = await desk.api.verifyAudit();
      const result = part(view, 'verified');
      result.classList.toggle('signal', broken.length > 0);
      result.replaceChildren(
        element(
          'p',
          broken.length === 0
            ? plural('desk.audit.whole', checked)
            : plural('desk.audit.broken', checked),
        ),
        ...broken.map(({ caseId, sequence }) => {
          const place = element('p', t('desk.audit.broken_at', { number: numberText(sequence) }));
          if (caseId !== null) place.append(' ', caseReference(desk, caseId));
          return place;
        }),
      );
    }),
  );
  void act(view, async () => {
    [lines, names] = await Promise.all([desk.api.audit(), namesOf(desk)]);
    lines.reverse();
    const actors = new Set(lines.map((line) => line.actor ?? '-'));
    for (const id of actors) {
      actor.append(option(id, id === '-' ? t('desk.audit.nobody') : (names.get(id) ?? id)));
    }
    draw();
  }).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

function caseReference(desk: Desk, id: string): HTMLElement {
  const row = desk.inbox.rows.get(id);
  if (row === undefined) return element('span', t('desk.audit.case'));
  const button = element('button', caseTitle(row), 'quiet');
  button.type = 'button';
  button.addEventListener('click', () => {
    desk.go({ view: 'case', id });
  });
  return button;
}
