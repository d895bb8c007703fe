import type { LogFinding } from '../../../client/models.js';
import { t } from '../strings.js';
import type { Names } from './audit-lines.js';
import { dayText, numberText } from './days.js';
import { copyTemplate, element, fillList, part } from './dom.js';

/** Letters of a hash that stand on the page; the rest is in the saved file. */
const HASH_LETTERS = 12;

/** One thing that speaks against the log, as a sentence. */
export function findingText(finding: LogFinding, names: Names): string {
  const { code, chain, sequence, hash, day, signer } = finding;
  const values = {
    chain: t(`desk.log.chain.${chain}`),
    number: numberText(sequence),
    hash: `${hash.slice(0, HASH_LETTERS)}…`,
    name: signer === null ? '' : (names.get(signer) ?? signer),
    day: day === null ? t('desk.log.some_day') : dayText(day),
  };
  return t(`desk.log.finding.${code}`, values);
}

/** Everything that speaks against the log, each with a way to the case where there is one. */
export function findingsList(
  findings: readonly LogFinding[],
  names: Names,
  caseOf: ((id: string) => HTMLElement) | null,
): HTMLElement {
  const list = element('ul', '', 'findings');
  fillList(list, findings, (finding) => {
    const item = element('li', findingText(finding, names));
    if (caseOf !== null && finding.caseId !== null) item.append(' ', caseOf(finding.caseId));
    return item;
  });
  return list;
}

/**
 * Tells above every view what speaks against the log, from signing in until the desk is closed: it
 * stays as long as the log contradicts what was signed.
 */
export function showLogFindings(
  place: HTMLElement,
  findings: readonly LogFinding[],
  names: Names,
): void {
  if (findings.length === 0) {
    place.replaceChildren();
    return;
  }
  const box = copyTemplate('log-findings');
  part(box, 'findings').replaceChildren(findingsList(findings, names, null));
  place.replaceChildren(box);
}
