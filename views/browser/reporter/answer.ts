import type { ReporterCaseView } from '../../../client/models.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { announce, byId, show, write } from './dom.js';
import { createDraftStore, type DraftStore } from './draft.js';
import { createFileChoice } from './files.js';
import { isLeaving } from './guard.js';
import { createProgressView } from './progress.js';
import { showSendError } from './sending.js';

/** An answer being written; it belongs to one case only. */
interface Draft {
  case: string;
  text: string;
}

/** Where a reporter writes on in a case. */
export interface AnswerForm {
  /** Begins with a case: brings back what was being written in it. */
  enter(caseId: string, words: string[]): Promise<void>;
  forget(): void;
  store: DraftStore<Draft>;
}

/** Prepares the form. `onSent` gets the case as it is then. */
export function createAnswerForm(
  api: Remote<ReporterApi>,
  onSent: (view: ReporterCaseView) => void,
): AnswerForm {
  const area = byId('answer-text', HTMLTextAreaElement);
  const progress = createProgressView();
  let caseId = '';
  let words: string[] = [];
  let isBusy = false;

  const store = createDraftStore<Draft>(
    api,
    'm',
    () => (caseId === '' || area.value === '' ? null : { case: caseId, text: area.value }),
    (kept) => {
      byId('draft-state').textContent = t(kept ? 'draft.kept' : 'draft.unkept');
    },
  );
  const files = createFileChoice(() => undefined);

  const send = async (): Promise<void> => {
    const text = area.value.trim();
    const chosen = files.files();
    if (isBusy || words.length === 0) return;
    if (text === '' && chosen.length === 0) {
      area.focus();
      announce(t('answer.empty'));
      return;
    }
    const controller = new AbortController();
    isBusy = true;
    show('answer', false);
    show('send-error', false);
    show('answer-sent', false);
    progress.start(() => {
      controller.abort();
    });
    try {
      const view = await api.send(words, text, chosen, progress.show, controller.signal);
      area.value = '';
      files.clear();
      store.wipe();
      byId('draft-state').textContent = '';
      show('answer');
      onSent(view);
      write('answer-sent', t('answer.sent'));
    } catch (error) {
      show('answer');
      showSendError(codeOf(error));
    } finally {
      isBusy = false;
      progress.end();
    }
  };

  area.addEventListener('input', () => {
    show('answer-sent', false);
    store.touch();
  });
  byId('answer', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  window.addEventListener('beforeunload', (event) => {
    if (isBusy && !isLeaving()) event.preventDefault();
  });

  return {
    store,
    async enter(id, key) {
      caseId = id;
      words = key;
      const restored = await store.restore();
      if (restored.state === 'found' && restored.draft.case === id && area.value === '') {
        area.value = restored.draft.text;
      } else if (restored.state === 'found' && restored.draft.case !== id) store.wipe();
    },
    forget() {
      caseId = '';
      words = [];
      area.value = '';
      files.clear();
    },
  };
}
