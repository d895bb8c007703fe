import type { CaseExport, Outside } from '../../../client/casework/exports.js';
import { standingFiles } from '../../../client/archive/case-json.js';
import type { HandlerCaseView } from '../../../client/models.js';
import type { EntryContent } from '../../../crypto/private.js';
import { shownFileName } from '../file-name.js';
import { t } from '../strings.js';
import { dayText } from './days.js';
import { basisLine } from './disclosure-basis.js';

type ExportContent = Extract<EntryContent, { kind: 'export' | 'export_confirmed' }>;

/** What an entry about an export says, in a sentence. */
export function exportLine(data: HandlerCaseView, by: string, content: ExportContent): string {
  if (content.kind === 'export') {
    const form = t(`desk.export.form.${content.form}`);
    return t(`desk.export.line.${content.state}`, { by, form, purpose: content.text });
  }
  const asked = data.entries.find(({ hash }) => hash === content.of)?.content;
  const purpose = asked?.kind === 'export' ? asked.text : '';
  return t(`desk.export.line.${content.answer}`, { by, purpose });
}

/** Whether it is to tell who the reporter is, and on what that would rest. */
function identityAnswer(outside: Outside, data: HandlerCaseView): string {
  if (outside.identity === undefined) return t('desk.disclosure.identity.no');
  const { identity } = outside;
  if (identity.basis === 'jeopardy') {
    return `${t('desk.disclosure.identity.jeopardy')}. ${identity.text}`;
  }
  if (identity.basis !== 'elsewhere') return basisLine(outside, data);
  const word = t(`desk.disclosure.identity.elsewhere_${identity.how}`);
  return `${word}. ${dayText(identity.on)}: ${identity.text}`;
}

/** To whom an export is to go, on which ground, and its text for outsiders, in sentences. */
export function askedLines(
  data: HandlerCaseView,
  { form, outside, copy }: Pick<CaseExport, 'form' | 'outside' | 'copy'>,
): string[] {
  const files = data.entries
    .flatMap(standingFiles)
    .filter(({ attachment }) => copy?.files.includes(attachment));
  const identity = outside?.identity;
  const restsOnTalk = identity !== undefined && 'entry' in identity;
  return [
    ...(outside === null
      ? [t('desk.export.inside_line')]
      : [
          t('desk.export.to_line', { recipient: outside.recipient }),
          t('desk.disclosure.ground_line', { ground: outside.ground }),
          t('desk.export.scope_line', { scope: outside.scope }),
          `${t('desk.disclosure.identity')} ${identityAnswer(outside, data)}`,
          form === 'whole' && restsOnTalk ? t('desk.disclosure.terms.whole') : '',
        ]),
    ...(copy === null ? [] : [t('desk.export.copy_line'), copy.text]),
    ...files.map(({ name }) => shownFileName(name)),
  ].filter((line) => line !== '');
}

/** Where an export stands, in a word. */
export function exportState({ state, second }: CaseExport): string {
  if (state !== 'asked') return t(`desk.export.state.${state}`);
  return t(`desk.export.state.${second === null ? 'asked' : second.answer}`);
}
