import type { ReporterCaseView, SendProgress } from '../../../client/models.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { byId, onClick, show, write } from './dom.js';
import { createDraftStore } from './draft.js';
import { createFileChoice } from './files.js';
import { isLeaving } from './guard.js';
import { clearHints, hintFirst } from './personal-data.js';
import { createProgressView } from './progress.js';
import { showSendError } from './sending.js';

/** Answers being written, by case: a text belongs to one case only, and none takes another's place. */
type Draft = Record<string, string>;

/** Where a reporter writes on in a case. */
export interface AnswerForm {
  /** Begins with a case: brings back what was being written in it. */
  enter(view: ReporterCaseView, words: string[]): Promise<void>;
  /** Says how large a file may be. */
  limit(bytes: number): void;
  /** Seals what was typed, now. */
  flush(): Promise<boolean>;
  /** Takes everything off the page; what is sealed stays in the tab. */
  forget(): void;
  /** Forgets what is sealed too. */
  wipe(): void;
}

/** Whether the reporter's newest entry says exactly this: then it arrived, though no answer came. */
function isThere({ entries }: ReporterCaseView, text: string): boolean {
  const own = entries.findLast(({ author }) => author.side === 'reporter');
  return own?.content.kind === 'message' && own.content.text === text.trim();
}

/** Prepares the form. `onSent` gets the case as it is then. */
export function createAnswerForm(
  api: Remote<ReporterApi>,
  onSent: (view: ReporterCaseView) => void,
): AnswerForm {
  const area = byId('answer-text', HTMLTextAreaElement);
  const progress = createProgressView();
  let current: ReporterCaseView | null = null;
  let words: string[] = [];
  let others: Draft = {};
  let isBusy = false;

  const store = createDraftStore<Draft>(api, 'm', () => {
    if (current === null) return null;
    const draft = area.value === '' ? others : { ...others, [current.id]: area.value };
    return Object.keys(draft).length === 0 ? null : draft;
  });
  const files = createFileChoice({
    onChange: () => undefined,
    onPicking: () => void store.flush(),
  });

  const send = async (): Promise<void> => {
    if (isBusy || words.length === 0) return;
    show('answer-empty', false);
    // nothing goes that was not looked at, and that its person did not decide about
    isBusy = true;
    const chosen = (await files.settle()) ? files.ready() : null;
    isBusy = false;
    if (words.length === 0 || chosen === null) return;
    if (area.value.trim() === '' && chosen.length === 0) {
      show('answer-empty');
      area.focus();
      return;
    }
    const text = area.value.trim();
    const controller = new AbortController();
    let hasDeparted = false;
    isBusy = true;
    show('answer', false);
    show('send-error', false);
    show('answer-sent', false);
    progress.start(() => {
      controller.abort();
    });
    try {
      const onProgress = (step: SendProgress): void => {
        hasDeparted ||= step.step === 'sending';
        progress.show(step);
      };
      const view = await api.send(words, text, chosen, onProgress, controller.signal);
      current = view;
      area.value = '';
      clearHints();
      files.clear();
      store.touch();
      show('draft-notice', false);
      show('answer');
      onSent(view);
      write('answer-sent', t('answer.sent'));
      // the button that had the focus was away while it was sent
      byId('answer-sent').focus();
    } catch (error) {
      show('answer');
      showSendError(codeOf(error), hasDeparted);
    } finally {
      isBusy = false;
      progress.end();
    }
  };

  /** Asks for what was being written in this case, and puts it before what was typed since. */
  const restore = async (view: ReporterCaseView): Promise<void> => {
    show('draft-notice', false);
    const restored = await store.restore();
    // another case may have been opened meanwhile
    if (current?.id !== view.id) return;
    show('draft-actions', restored.state === 'failed');
    if (restored.state === 'failed' || restored.state === 'gone') {
      write('draft-text', t(`draft.${restored.state}`));
      show('draft-notice');
    }
    if (restored.state !== 'found') {
      if (area.value !== '') store.touch();
      return;
    }
    const { [view.id]: earlier = '', ...rest } = restored.draft;
    others = rest;
    const isLost = earlier !== '' && !isThere(view, earlier);
    if (isLost) {
      area.value = area.value === '' ? earlier : `${earlier}\n\n${area.value}`;
      write('draft-text', t('draft.back.text'));
      show('draft-notice');
    }
    store.renew();
  };

  area.addEventListener('input', () => {
    show('answer-sent', false);
    show('answer-empty', false);
    store.touch();
  });
  byId('answer', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy && !hintFirst(byId('answer'))) void send();
  });
  onClick('draft-again', () => {
    if (current !== null) void restore(current);
  });
  onClick('draft-drop', () => {
    store.wipe();
    others = {};
    show('draft-notice', false);
    if (area.value !== '') store.touch();
  });
  window.addEventListener('beforeunload', (event) => {
    if (isBusy && !isLeaving()) event.preventDefault();
  });

  return {
    async enter(view, key) {
      current = view;
      words = key;
      others = {};
      await restore(view);
    },
    limit: (bytes) => {
      files.limit(bytes);
    },
    flush: () => store.flush(),
    forget() {
      store.rest();
      current = null;
      words = [];
      others = {};
      area.value = '';
      clearHints();
      files.clear();
      show('answer-empty', false);
      show('draft-notice', false);
      show('answer-sent', false);
      show('send-error', false);
    },
    wipe: () => {
      store.wipe();
    },
  };
}
