import type { FileKind, Finding } from '../../../client/cleaning/models.js';
import { t } from '../strings.js';
import type { CleanedFile } from './cleaning.js';
import { clone, fillSlot, slot } from './dom.js';
import { formatList, formatSize } from './format.js';

/** A file that was chosen, and how far cleaning it has come. */
export interface ChosenFile {
  readonly original: File;
  /** The name it is sent under. */
  name: string;
  state:
    | { at: 'looking' }
    | { at: 'failed' }
    | {
        at: 'looked';
        cleaned: CleanedFile;
        /** Whether it goes although something is still in it; null until the person decided. */
        isAccepted: boolean;
      };
}

/** What the buttons of a row do. */
export interface RowActions {
  remove: () => void;
  accept: () => void;
  again: () => void;
  /** Gives it this name. */
  rename: (name: string) => void;
}

/** Whether a person must say what becomes of the file. */
export function isUndecided({ state }: ChosenFile): boolean {
  if (state.at !== 'looked') return state.at === 'failed';
  const { verdict } = state.cleaned;
  return (verdict === 'partly' || verdict === 'not_cleanable') && !state.isAccepted;
}

const pictures: readonly FileKind[] = ['jpeg', 'png', 'webp', 'gif', 'heic'];

/** Traces as a list in words, with what they say: "camera or phone (Fairphone 5)". */
function findingText(findings: readonly Finding[]): string {
  return formatList(
    findings.map(({ code, values }) => {
      const name = t(`files.found.${code}`);
      return values.length === 0
        ? name
        : t('files.found.with', { name, values: values.join(', ') });
    }),
  );
}

/** What is to say of a file, one sentence each; null for nothing. */
function sentences({ state }: ChosenFile): {
  state: string | null;
  removed: string | null;
  left: string | null;
} {
  if (state.at === 'looking') return { state: t('files.looking'), removed: null, left: null };
  if (state.at === 'failed') return { state: null, removed: null, left: t('files.lookFailed') };
  const { verdict, obstacle, kind, removed, left } = state.cleaned;
  const said: string[] = [];
  if (obstacle !== null) {
    said.push(t(`files.obstacle.${obstacle}`));
    if (pictures.includes(kind)) said.push(t('files.advice.picture'));
  }
  if (left.length > 0) said.push(t('files.left', { list: findingText(left) }));
  return {
    state: verdict === 'clean' ? t('files.clean') : state.isAccepted ? t('files.accepted') : null,
    removed: removed.length > 0 ? t('files.cleaned', { list: findingText(removed) }) : null,
    left: said.length > 0 ? said.join(' ') : null,
  };
}

/** All that is said of a file, for those who do not see the row. */
export function spoken(file: ChosenFile): string {
  const { state, removed, left } = sentences(file);
  return [`${file.name}:`, removed, left, state].filter((part) => part !== null).join(' ');
}

/** Which word a neutral name begins with. */
export function nameWord({ original }: ChosenFile): 'photo' | 'film' | 'recording' | 'document' {
  if (original.type.startsWith('image/')) return 'photo';
  if (original.type.startsWith('video/')) return 'film';
  return original.type.startsWith('audio/') ? 'recording' : 'document';
}

/** The ending of a name, with its dot, if it is one of the usual short ones. */
export function endingOf(name: string): string {
  return /\.[a-z0-9]{1,5}$/iu.exec(name)?.[0].toLowerCase() ?? '';
}

/** One row of the list, to be drawn again whenever its file comes further. */
export interface FileRow {
  element: HTMLElement;
  /**
   * @param neutral a name that says nothing, to offer; null where it has one.
   * @param purpose what it was chosen for, as a sentence; null where for no question.
   */
  draw(neutral: string | null, purpose: string | null): void;
  /** Puts the focus on what the person must decide, else on the button that is always there. */
  focus(): void;
}

/** Makes the row of a file. */
export function createFileRow(file: ChosenFile, actions: RowActions): FileRow {
  const element = clone('file-row');
  const button = (name: string): HTMLElement => slot(element, name);
  const say = (name: string, text: string | null): void => {
    const line = slot(element, name);
    line.textContent = text;
    line.hidden = text === null;
  };
  let offered = '';
  fillSlot(element, 'size', formatSize(file.original.size));
  button('remove').addEventListener('click', actions.remove);
  button('accept').addEventListener('click', actions.accept);
  button('again').addEventListener('click', actions.again);
  button('rename').addEventListener('click', () => {
    actions.rename(offered);
  });
  return {
    element,
    draw(neutral, purpose) {
      const said = sentences(file);
      fillSlot(element, 'name', file.name);
      say('purpose', purpose);
      say('state', said.state);
      say('removed', said.removed);
      say('left', said.left);
      element.classList.toggle('undecided', isUndecided(file));
      const isLooked = file.state.at === 'looked';
      button('accept').hidden = !(isLooked && isUndecided(file));
      button('again').hidden = file.state.at !== 'failed';
      button('rename').hidden = neutral === null;
      offered = neutral ?? '';
      button('rename').textContent = t('files.rename', { name: offered });
      for (const name of ['remove', 'accept', 'again'] as const) {
        button(name).setAttribute('aria-label', t(`files.${name}.named`, { name: file.name }));
      }
    },
    focus() {
      const wanted = (['again', 'accept', 'remove'] as const).find((name) => !button(name).hidden);
      button(wanted ?? 'remove').focus();
    },
  };
}
