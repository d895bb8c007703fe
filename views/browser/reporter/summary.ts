import type { ReaderView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { addTerm, byId } from './dom.js';
import { formatList, formatSize } from './format.js';

/** What is about to be sent. */
export interface Summary {
  text: string;
  files: readonly File[];
  readers: readonly ReaderView[];
  leftOut: readonly ReaderView[];
}

function names(readers: readonly ReaderView[]): string {
  return formatList(readers.map(({ name }) => name));
}

/** Shows once more what is sent and to whom, before it is. */
export function drawSummary({ text, files, readers, leftOut }: Summary): void {
  const list = byId('send-summary');
  const size = formatSize(files.reduce((sum, file) => sum + file.size, 0));
  list.replaceChildren();
  addTerm(list, t('send.text'), plural('send.characters', text.trim().length));
  addTerm(
    list,
    t('send.files'),
    files.length === 0 ? t('send.none') : plural('files.sum', files.length, { size }),
  );
  addTerm(list, t('send.readers'), names(readers));
  if (leftOut.length > 0) addTerm(list, t('send.leftOut'), names(leftOut));
}
