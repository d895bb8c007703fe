import { plural, t } from '../strings.js';
import type { PaperFault } from './api.js';

type Words = 'kit' | 'root' | 'passphrase';

/** What is wrong with words as they were typed, for the person who typed them. */
export function paperFaultText(of: Words, faults: readonly PaperFault[]): string {
  return faults.map((fault) => textOf(of, fault)).join(' ');
}

function textOf(of: Words, fault: PaperFault): string {
  if (fault.code === 'checksum') return t('desk.recover.checksum');
  if (fault.code === 'word_count') {
    return of === 'kit'
      ? plural('desk.recover.word_count', fault.found)
      : of === 'root'
        ? plural('desk.root.word_count', fault.found)
        : plural('desk.own_words.word_count', fault.found);
  }
  const { index, typed, suggestions } = fault;
  return suggestions.length === 0
    ? t('desk.recover.unknown_word', { number: index + 1, typed })
    : t('desk.recover.near_word', {
        number: index + 1,
        typed,
        suggestions: suggestions.join(', '),
      });
}
