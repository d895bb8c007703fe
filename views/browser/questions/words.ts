import type { AnswerWords } from '../../../client/questions/readable.js';
import { shownFileName } from '../file-name.js';
import { t } from '../strings.js';

/** The words around the answers to a channel's own questions, in the page's language. */
export function answerWords(dayText: (day: string) => string): AnswerWords {
  return {
    yes: t('questions.yes'),
    no: t('questions.no'),
    unknown: t('questions.unknown'),
    stray: t('questions.stray'),
    period: (from, until) =>
      until === null
        ? dayText(from)
        : t('questions.period', { from: dayText(from), until: dayText(until) }),
    file(name, fault) {
      if (name === null) return t(`questions.file_fault.${fault ?? 'absent'}`);
      const shown = shownFileName(name);
      return fault === null ? shown : t(`questions.file_fault.${fault}`, { name: shown });
    },
  };
}
