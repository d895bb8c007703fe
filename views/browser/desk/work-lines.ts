import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { erasureLine } from './case-erasure.js';
import { identityFields } from './case-identity.js';
import { keepingLine } from './case-keeping.js';
import { removalLine } from './case-removal.js';
import { readerName } from './case-work.js';
import { correctionLine } from './corrections.js';
import { isReach } from './choices.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { exportLine } from './export-lines.js';
import { stageText } from './handbook-words.js';
import { moneyTexts } from './case-money.js';
import { titleOfOther } from './inbox-row.js';
import { partyText } from './parties.js';
import { recordLine } from './record-lines.js';
import { listText } from './texts.js';

/**
 * What an entry changed in the work on a case, in a sentence; null for an entry of another kind.
 *
 * @param otherCase how a linked case is called by its id.
 */
export function workLine(
  desk: Desk,
  data: HandlerCaseView,
  entry: EntryView,
  otherCase: (id: string) => string = (id) => titleOfOther(desk, id),
): string | null {
  const { content } = entry;
  const by = partyText(entry.author);
  switch (content.kind) {
    case 'progress': {
      const { progress, detail: written } = content;
      const detail = stageText(desk.handbook.contents, progress, written);
      const stage = t(`desk.status.${content.progress}`);
      const key = detail === '' ? 'progress' : 'progress_detail';
      return t(`desk.work.line.${key}`, { by, stage, detail });
    }
    case 'labels':
      return content.labels.length === 0
        ? t('desk.work.line.no_labels', { by })
        : t('desk.work.line.labels', { by, labels: listText(content.labels) });
    case 'responsible': {
      const names = content.readers.map((id) => readerName(data, id));
      return names.length === 0
        ? t('desk.work.line.nobody_responsible', { by })
        : t('desk.work.line.responsible', { by, names: listText(names) });
    }
    case 'task': {
      const state = t(`desk.work.task_state.${content.state}`);
      return t('desk.work.line.task', { by, name: content.name, state });
    }
    case 'link': {
      const other = otherCase(content.case);
      const relation = t(`desk.work.relation.${content.relation}`);
      return t(`desk.work.line.${content.state}`, { by, relation, other });
    }
    case 'person':
    case 'person_informed':
    case 'person_heard':
    case 'person_extract':
    case 'person_outcome':
    case 'disclosure':
    case 'recipient_told':
    case 'request':
    case 'request_extended':
    case 'request_answered':
      return recordLine(data, by, content);
    case 'extension':
      return t('desk.dates.line.extension', { by, day: dayText(content.by), reason: content.text });
    case 'acknowledgement_waived': {
      const { reason } = content;
      const line = isReach(reason)
        ? t(`desk.dates.line.${reason}`, { by })
        : t('desk.dates.line.waived', { by, ground: t(`desk.dates.waiver.${reason}`) });
      return content.text === '' ? line : `${line} ${content.text}`;
    }
    case 'further_feedback': {
      const often = plural('desk.dates.every', content.months);
      return t(`desk.dates.line.further_${content.state}`, {
        by,
        day: dayText(content.askedOn),
        often,
      });
    }
    case 'confirmation': {
      const days = { on: dayText(content.askedOn), day: dayText(content.by) };
      return t(`desk.dates.line.confirmation_${content.state}`, { by, ...days });
    }
    case 'money':
      return t('desk.money.line', { by, ...moneyTexts(content) });
    case 'counted':
      return t('desk.figures.line', { by });
    case 'identity_request':
      return t('desk.identity.line', { by, fields: identityFields(content.fields) });
    case 'hold':
    case 'release':
    case 'restriction':
    case 'unrestriction':
    case 'part_restriction':
    case 'part_unrestriction':
      return keepingLine(by, content);
    case 'correction':
      return correctionLine(data, by, content);
    case 'removal_proposal':
    case 'removal_declined':
    case 'removal':
    case 'still_needed':
      return removalLine(by, content);
    case 'export':
    case 'export_confirmed':
      return exportLine(data, by, content);
    case 'erasure_proposal':
    case 'erasure':
    case 'erasure_declined':
      return erasureLine(by, content);
    case 'meeting_held':
      return t(`desk.meeting.line.${content.state}`, { by, day: dayText(content.on) });
    case 'report':
    case 'transcript':
    case 'agreement':
    case 'rectification':
    case 'meeting_request':
    case 'meeting_proposal':
    case 'meeting_answer':
    case 'meeting_withdrawal':
    case 'meeting_cancellation':
    case 'message':
    case 'reply':
    case 'acknowledgement':
    case 'feedback':
    case 'closure':
    case 'reopening':
    case 'note':
    case 'secrecy':
    case 'decision':
    case 'remains':
    case 'note_remains':
    case 'erased':
    case 'identity':
    case 'identity_disclosure':
    case 'consent':
    case 'identity_opening':
    case 'unreadable':
      return null;
  }
}
