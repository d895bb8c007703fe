import type { AuditLine, LogVerdict } from '../../../client/models.js';
import { saveFile } from '../save-file.js';
import { plural, t } from '../strings.js';
import { auditItem, namesOf, type Names } from './audit-lines.js';
import { copyTemplate, element, fillList, onClick, option, part, showPart, write } from './dom.js';
import { numberText, today } from './days.js';
import type { Desk } from './desk.js';
import { act } from './failures.js';
import { caseTitle } from './inbox-row.js';
import { findingsList } from './log-findings.js';

/** Lines that stand in the page at once. */
const SHOWN = 200;
/** The largest file of heads that is read, in bytes: more than a hundred thousand of them. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The audit log as far as this person may read it, newest first, and whether it holds. */
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
  showPart(view, 'auditor', desk.account.part === 'auditor');
  wireChecks(desk, view, () => names);
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

/** The three ways to check the log: as it is, with a file saved, and against such a file. */
function wireChecks(desk: Desk, view: HTMLElement, namesNow: () => Names): void {
  const onChain = (followed: number, chains: number): void => {
    const values = { followed: numberText(followed), chains: numberText(chains) };
    write(view, 'verified', t('desk.audit.verifying_chain', values));
  };
  const check = (work: () => Promise<{ verdict: LogVerdict; saved?: string }>): Promise<boolean> =>
    act(view, async () => {
      const result = part(view, 'verified');
      result.classList.remove('signal', 'good');
      result.textContent = t('desk.audit.verifying');
      try {
        const { verdict, saved } = await work();
        const holds = verdict.findings.length === 0;
        result.classList.add(holds ? 'good' : 'signal');
        result.replaceChildren(...verdictElements(desk, verdict, namesNow()));
        if (saved !== undefined) result.append(element('p', saved));
      } catch (error) {
        result.replaceChildren();
        throw error;
      }
    });

  onClick(view, 'verify', () =>
    check(async () => ({ verdict: await desk.api.verifyAudit(onChain) })),
  );
  onClick(view, 'save-heads', () =>
    check(async () => {
      const { file, ...verdict } = await desk.api.saveHeads(onChain);
      if (file === null) return { verdict, saved: t('desk.audit.not_saved') };
      const name = `casekey-heads-${today()}.json`;
      saveFile(new Blob([file as Uint8Array<ArrayBuffer>]), name);
      return { verdict, saved: t('desk.audit.saved', { name }) };
    }),
  );
  const input = part(view, 'heads-file', HTMLInputElement);
  onClick(view, 'check-file', () => {
    input.click();
  });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = '';
    if (file === undefined) return;
    void check(async () => {
      if (file.size > MOST_BYTES) throw Object.assign(new Error(), { code: 'not_a_heads_file' });
      const bytes = new Uint8Array(await file.arrayBuffer());
      return { verdict: await desk.api.checkHeads(bytes, onChain) };
    });
  });
}

function verdictElements(desk: Desk, verdict: LogVerdict, names: Names): HTMLElement[] {
  const { checked, heads, unreadable, findings } = verdict;
  const lines = plural('desk.audit.checked_lines', checked);
  const signed = plural('desk.audit.checked_heads', heads);
  const made = [element('p', `${lines} ${signed}`)];
  if (unreadable > 0) made.push(element('p', plural('desk.audit.unreadable', unreadable)));
  if (findings.length === 0) return [...made, element('p', t('desk.audit.holds'))];
  return [
    ...made,
    element('p', plural('desk.audit.findings', findings.length)),
    findingsList(findings, names, (id) => caseReference(desk, id)),
    element('p', t('desk.log.advice')),
  ];
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
