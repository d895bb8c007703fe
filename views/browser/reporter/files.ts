import type { AnswerFiles } from '../questions/messages.js';
import { plural, t } from '../strings.js';
import { createCleaningQueue } from './cleaning.js';
import { announce, byId, show, write } from './dom.js';
import {
  createFileRow,
  endingOf,
  isUndecided,
  nameWord,
  spoken,
  type ChosenFile,
  type FileRow,
} from './file-row.js';
import { formatList, formatSize } from './format.js';
import { codeOf } from '../rpc.js';
import { createVoice, type VoicePlace } from './voice.js';

/** Most files in one entry: what the protocol takes. */
const MOST = 100;

/** The files that will be sent, as the page lists them. */
export interface FileChoice {
  /** Those that were chosen, as they lie on the device. */
  originals(): File[];
  /**
   * Those to send, cleaned; null while one is still being looked at or waits for the person. The
   * same files are the same objects each time, so that a later try goes on where an earlier stopped.
   */
  ready(): File[] | null;
  /** Waits until all were looked at. Whether all can go; else says which one waits for the person. */
  settle(): Promise<boolean>;
  clear(): void;
  /** Says how large a file may be, and refuses larger ones as soon as they are chosen. */
  limit(bytes: number): void;
  /**
   * For a channel's questions that are answered by files; those are listed, looked through and sent with
   * all. Where the question is not asked any more they stay, as files that answer none.
   */
  answers: (channel: string) => AnswerFiles;
  /** Draws the rows anew, since other questions are asked. */
  redraw(): void;
}

/** What a page does with the files beside listing them. */
export interface FileHost {
  /** Hears that other files are listed. */
  onChange: () => void;
  /**
   * Hears that a window of the system opens over the page: on a phone, the page may be thrown away
   * meanwhile.
   */
  onPicking: () => void;
  /** The question that a channel has under this id, as the page asks it; null where it does not. */
  questionOf?: (channel: string, field: string) => string | null;
}

/** Which question a file answers: channels may ask different ones under the same id. */
interface Purpose {
  channel: string;
  field: string;
}

interface Listed {
  file: ChosenFile;
  /** What it was chosen for; null for no question. */
  purpose: Purpose | null;
  row: FileRow;
  taken: AbortController;
  /** Until it was looked at. */
  looking: Promise<void>;
  toSend: File | null;
}

function isSame(one: Purpose | null, other: Purpose | null): boolean {
  return one?.channel === other?.channel && one?.field === other?.field;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}

/**
 * Lets people choose files, drop them, photograph with the camera, see what is chosen and take it
 * back. The same file chosen twice is listed once, and once for each question that it answers.
 */
export function createFileChoice({ onChange, onPicking, questionOf }: FileHost): FileChoice {
  let chosen: Listed[] = [];
  let largest = Infinity;
  /** Counts what was made ready: its number tells it from all others in lists of uploads. */
  let count = 0;
  const list = byId('file-list');
  const queue = createCleaningQueue();

  /** A name that says nothing, and that no file has yet; null where the name is one already. */
  const neutralName = (file: ChosenFile): string | null => {
    const word = t(`files.word.${nameWord(file)}`);
    const ending = endingOf(file.original.name);
    const names = new Set(chosen.map((each) => each.file.name));
    const isNeutral = new RegExp(`^${word}-\\d+(?:\\.[a-z0-9]+)?$`, 'u').test(file.name);
    if (isNeutral) return null;
    for (let number = 1; ; number += 1) {
      const name = `${word}-${String(number)}${ending}`;
      if (!names.has(name)) return name;
    }
  };

  const purposeText = (purpose: Purpose | null): string | null => {
    if (purpose === null) return null;
    const question = questionOf?.(purpose.channel, purpose.field) ?? null;
    return question === null ? t('files.for_none') : t('files.for', { question });
  };
  const drawRows = (): void => {
    for (const { file, purpose, row } of chosen) row.draw(neutralName(file), purposeText(purpose));
  };
  const draw = (): void => {
    drawRows();
    const size = formatSize(chosen.reduce((sum, { file }) => sum + file.original.size, 0));
    if (chosen.length === 0) show('file-sum', false);
    else write('file-sum', plural('files.sum', chosen.length, { size }));
    if (!chosen.some(({ file }) => isUndecided(file))) show('file-undecided', false);
    onChange();
  };

  const makeReady = (listed: Listed): void => {
    const { file } = listed;
    listed.toSend = null;
    if (file.state.at !== 'looked' || isUndecided(file)) return;
    count += 1;
    const bytes = file.state.cleaned.blob ?? file.original;
    // when the original was changed last stays on the device
    const options = { type: file.original.type, lastModified: count };
    listed.toSend = new File([bytes], file.name, options);
  };

  const look = async (listed: Listed): Promise<void> => {
    const { file, taken } = listed;
    file.state = { at: 'looking' };
    try {
      const cleaned = await queue.clean(file.original, taken.signal);
      file.state = { at: 'looked', cleaned, isAccepted: false };
    } catch (error) {
      if (codeOf(error) === 'cancelled') return;
      file.state = { at: 'failed' };
    }
    // at the desk the page may show something else by now
    if (!list.isConnected) return;
    makeReady(listed);
    draw();
    announce(spoken(file));
  };

  const drop = (listed: Listed): void => {
    listed.taken.abort();
    chosen = chosen.filter((each) => each !== listed);
    listed.row.element.remove();
    show('file-error', false);
    draw();
    announce(t('files.removed'));
  };

  const take = (original: File, purpose: Purpose | null): Listed => {
    const file: ChosenFile = { original, name: original.name, state: { at: 'looking' } };
    const change = (said: string): void => {
      makeReady(listed);
      draw();
      row.focus();
      announce(said);
    };
    const row = createFileRow(file, {
      remove() {
        drop(listed);
        byId('file-input').focus();
      },
      accept() {
        if (file.state.at === 'looked') file.state.isAccepted = true;
        change(spoken(file));
      },
      again() {
        listed.looking = look(listed);
        change(spoken(file));
      },
      rename(name) {
        file.name = name;
        change(t('files.renamed', { name }));
      },
    });
    const taken = new AbortController();
    const listed: Listed = { file, purpose, row, taken, looking: Promise.resolve(), toSend: null };
    list.append(row.element);
    listed.looking = look(listed);
    return listed;
  };

  /** What is wrong with files that were chosen, as sentences; empty where nothing is. */
  const complaint = (tooLarge: readonly File[], isTooMany: boolean): string => {
    const parts: string[] = [];
    if (tooLarge.length > 0) {
      const names = formatList(
        // up and down, so that a file that is a little too large does not look like one that is not
        tooLarge.map(({ name, size }) => `${name} (${formatSize(size, 'ceil')})`),
      );
      const most = formatSize(largest, 'floor');
      parts.push(plural('files.tooLarge', tooLarge.length, { names, most }));
    }
    if (isTooMany) parts.push(t('files.most', { most: MOST }));
    return parts.join(' ');
  };

  const add = (files: readonly File[], purpose: Purpose | null = null): string => {
    const isListed = (other: File): boolean =>
      chosen.some(
        ({ file: { original }, purpose: before }) =>
          isSame(before, purpose) &&
          original.name === other.name &&
          original.size === other.size &&
          original.lastModified === other.lastModified,
      );
    const tooLarge = files.filter(({ size }) => size > largest);
    const fresh = files.filter((file) => file.size <= largest && !isListed(file));
    const room = MOST - chosen.length;
    chosen.push(...fresh.slice(0, room).map((file) => take(file, purpose)));
    const wrong = complaint(tooLarge, fresh.length > room);
    if (wrong === '') show('file-error', false);
    else write('file-error', wrong);
    draw();
    const added = Math.min(fresh.length, room);
    if (added > 0) announce(plural('files.added', added));
    return wrong;
  };

  for (const id of ['file-input', 'camera-input']) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener('click', onPicking);
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      // so that the same file can be chosen again after it was taken back
      input.value = '';
      add(files);
    });
  }

  // a file that is dropped beside its place would be opened by the browser instead of the page
  const isOffered = (): boolean => byId('files').offsetParent !== null;
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event) || !list.isConnected) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isOffered() ? 'copy' : 'none';
  });
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event) || !list.isConnected) return;
    event.preventDefault();
    if (isOffered()) add([...(event.dataTransfer?.files ?? [])]);
  });

  // where the page lets people record, too
  const place = document.getElementById('voice-place');
  const recordAt = (where: HTMLElement, taken: (recording: File) => void): VoicePlace =>
    createVoice(where, () => largest, taken);
  const voice =
    place &&
    recordAt(place, (recording) => {
      add([recording]);
    });

  return {
    answers: (channel) => ({
      add: (field, files) => add(files, { channel, field }),
      of: (field) =>
        chosen.flatMap((listed, at) =>
          isSame(listed.purpose, { channel, field })
            ? {
                name: listed.file.name,
                place: at,
                remove() {
                  drop(listed);
                },
              }
            : [],
        ),
      picking: onPicking,
      voice: place && recordAt,
    }),
    redraw: drawRows,
    originals: () => chosen.map(({ file }) => file.original),
    ready() {
      const files = chosen.flatMap(({ toSend }) => toSend ?? []);
      return files.length === chosen.length ? files : null;
    },
    async settle() {
      const isLooking = chosen.some(({ file }) => file.state.at === 'looking');
      if (isLooking) write('file-undecided', t('files.wait'));
      await Promise.all(chosen.map(({ looking }) => looking));
      show('file-undecided', false);
      if (voice?.isUndecided() === true) {
        write('file-undecided', t('voice.undecided'));
        voice.focus();
        return false;
      }
      const waiting = chosen.find(({ file }) => isUndecided(file));
      if (waiting === undefined) return true;
      write('file-undecided', t('files.undecided'));
      waiting.row.focus();
      return false;
    },
    clear() {
      voice?.wipe();
      for (const { taken } of chosen) taken.abort();
      chosen = [];
      list.replaceChildren();
      show('file-error', false);
      draw();
    },
    limit(bytes) {
      largest = bytes;
      write('files-limit', t('files.limit', { size: formatSize(bytes, 'floor'), most: MOST }));
    },
  };
}
