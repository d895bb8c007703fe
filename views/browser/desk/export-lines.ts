import type { CaseExport } from '../../../client/casework/exports.js';
import type { HandlerCaseView } from '../../../client/models.js';
import type { EntryContent } from '../../../crypto/private.js';
import { t } from '../strings.js';

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

/** Where an export stands, in a word. */
export function exportState({ state, second }: CaseExport): string {
  if (state !== 'asked') return t(`desk.export.state.${state}`);
  return t(`desk.export.state.${second === null ? 'asked' : second.answer}`);
}
