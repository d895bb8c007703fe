import { ownArchive, ownPage, type OwnCopyWords } from '../../../client/archive/own-copy.js';
import type { FileReference, ReporterCaseView } from '../../../client/models.js';
import { errorText } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import { saveFile } from '../save-file.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { lawOf } from './case-law.js';
import {
  authorName,
  erasureText,
  factsOf,
  kindText,
  madeText,
  memberText,
  textOf,
} from './conversation.js';
import { byId, onClick, show, write } from './dom.js';
import { formatDay, formatList, formatSize } from './format.js';
import { situationOf } from './situation.js';
import { spokenLines } from './spoken-lines.js';
import { milestoneText } from './timeline.js';

/** Say nothing of what they hold: browsers keep the names in their lists. */
const PAGE_NAME = 'note.html';
const ARCHIVE_NAME = 'note.zip';
/** How much of a file is read at once, and gathered before it becomes a part of the copy. */
const PIECE = 4 * 1024 * 1024;

/** The offer of a copy of the own case. Nothing is saved but by a press, below the warning. */
export interface CopyChoice {
  offer(view: ReporterCaseView): void;
  forget(): void;
}

function wordsFor(view: ReporterCaseView, today: string): OwnCopyWords {
  const readers = view.access.findLast(({ compartment }) => compartment === 'dialogue')?.readers;
  return {
    language: document.documentElement.lang,
    title: t('copy.doc.title'),
    warning: t('copy.doc.warning'),
    lead: t('copy.doc.lead', { day: formatDay(today) }),
    dates: situationOf(view, today, lawOf(view)).milestones.map(milestoneText),
    head(entry) {
      const { content } = entry;
      const isThere = content.kind !== 'unreadable' && content.kind !== 'erased';
      const when = isThere ? formatDay(content.at) : '';
      const parts = [authorName(view, entry), kindText(entry) ?? '', when];
      return parts.filter((each) => each !== '').join(' · ');
    },
    facts: factsOf,
    remarks(entry) {
      const made = madeText(view, entry);
      const { content, readOn } = entry;
      // what the page says in words of its own stands in no entry
      const said = 'text' in content ? null : textOf(entry);
      const read = readOn === null ? null : t('conversation.read', { day: formatDay(readOn) });
      const lines = [said, ...spokenLines(view, entry), made, erasureText(entry), read];
      return lines.filter((each) => each !== null).filter((each) => each !== '');
    },
    size: formatSize,
    readers: t('conversation.readers', {
      names: formatList((readers ?? []).map(memberText)),
    }),
  };
}

async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < blob.size; from += PIECE) {
    yield new Uint8Array(await blob.slice(from, from + PIECE).arrayBuffer());
  }
}

/** What comes in pieces as one blob, which browsers keep outside the page's memory. */
async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  let whole = new Blob([]);
  let parts: BlobPart[] = [];
  let held = 0;
  for await (const piece of pieces) {
    parts.push(piece as Uint8Array<ArrayBuffer>);
    held += piece.length;
    if (held < PIECE) continue;
    whole = new Blob([whole, ...parts]);
    [parts, held] = [[], 0];
  }
  return new Blob([whole, ...parts]);
}

/**
 * See {@link CopyChoice}.
 *
 * @param words of the case key, by which files are fetched.
 */
export function createCopyChoice(
  api: Remote<ReporterApi>,
  words: () => string[],
  today: (timeZone: string) => string,
): CopyChoice {
  let shown: ReporterCaseView | null = null;
  let stopping: AbortController | null = null;
  const buttons = ['copy-page', 'copy-files'];

  const busy = (active: boolean): void => {
    for (const id of buttons) byId(id, HTMLButtonElement).disabled = active;
    show('copy-stop', active);
  };
  const say = (text: string, failed = false): void => {
    write('copy-state', text);
    byId('copy-state').classList.toggle('error', failed);
  };

  onClick('copy-page', () => {
    if (shown === null) return;
    const page = ownPage(shown, wordsFor(shown, today(shown.timeZone)));
    saveFile(new Blob([page], { type: 'text/html' }), PAGE_NAME);
    say(t('copy.saved'));
  });

  const saveArchive = async (view: ReporterCaseView): Promise<void> => {
    const controller = new AbortController();
    stopping = controller;
    busy(true);
    say(t('copy.working'));
    async function* fetched(file: FileReference): AsyncGenerator<Uint8Array> {
      const onReceived = (bytes: number): void => {
        const progress = { sent: formatSize(bytes), total: formatSize(file.size) };
        say(`${t('copy.working')} ${t('progress.bytes', progress)}`);
      };
      yield* piecesOf(await api.download(words(), file, onReceived, controller.signal));
    }
    try {
      const blob = await gathered(ownArchive(view, wordsFor(view, today(view.timeZone)), fetched));
      // whoever left meanwhile wants no file
      if (shown === null) return;
      saveFile(blob, ARCHIVE_NAME);
      say(t('copy.saved'));
    } catch (error) {
      const code = codeOf(error);
      if (shown !== null) say(code === 'cancelled' ? '' : errorText(code, 'saving'), true);
    } finally {
      stopping = null;
      busy(false);
    }
  };
  onClick('copy-files', () => {
    if (shown !== null) void saveArchive(shown);
  });
  onClick('copy-stop', () => stopping?.abort());

  return {
    offer(view) {
      shown = view;
      show('copy');
    },
    forget() {
      shown = null;
      stopping?.abort();
      say('');
      byId('copy', HTMLDetailsElement).open = false;
      show('copy', false);
    },
  };
}
