import type { ChannelView, DirectoryView, ReceiptView } from '../../../client/models.js';
import { codeOf, type Remote } from '../rpc.js';
import { plural, t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { createCaseKeyStep } from './case-key.js';
import { basisText, chooseChannel, obstacleOf, showObstacle, showPlace } from './directory.js';
import { addTerm, byId, onClick, show, write } from './dom.js';
import { createDraftStore, sealBeforeLinks } from './draft.js';
import { createFileChoice } from './files.js';
import {
  answersOf,
  checkForm,
  fillForm,
  type FormState,
  isBlank,
  readForm,
  watchForm,
} from './form.js';
import { formatDay, formatList, formatSize } from './format.js';
import { createLeaveOut } from './leave-out.js';
import { hintAtPersonal } from './personal-data.js';
import { createSending } from './sending.js';
import { neighbour, showStep, type Step } from './steps.js';

/** What is kept in the tab while a report is being written. The case key never is. */
interface Draft {
  step: Step;
  form: FormState;
  leftOut: string[];
  /** Names of the files chosen: after a reload they must be chosen again. */
  files: string[];
  keyShown: boolean;
}

/** Steps that a reload leads back to; those after them need the key or the files again. */
const RESUMED: readonly Step[] = ['write', 'files', 'readers'];

/** The form, from its first field to the receipt. */
export interface Writing {
  /** Seals what was typed, now. */
  flush(): Promise<void>;
  /** Forgets text, draft and key: the page is being left. */
  forget(): void;
}

/**
 * Begins the form, with the draft that the tab keeps if there is one.
 *
 * @param directory the verified directory; asks for it again after a failure.
 * @param options.channel chosen at the start; `''` for none.
 * @param options.focus whether the form takes the place of something in the same document.
 */
export function startWriting(
  api: Remote<ReporterApi>,
  directory: () => Promise<DirectoryView>,
  options: { readonly channel: string; readonly focus: boolean },
): Writing {
  let step: Step = 'write';
  let channel: ChannelView | null = null;
  let earlierLeftOut: string[] = [];
  let isOver = false;

  const store = createDraftStore<Draft>(
    api,
    'd',
    () => {
      const form = readForm();
      const draft = {
        step,
        form,
        leftOut: leaveOut.ids(),
        files: files.files().map(({ name }) => name),
        keyShown: caseKey.wasShown(),
      };
      return isOver || (isBlank(form) && draft.files.length === 0) ? null : draft;
    },
    (kept) => {
      byId('draft-state').textContent = t(kept ? 'draft.kept' : 'draft.unkept');
    },
  );
  const touch = (): void => {
    if (!isOver) store.touch();
  };
  const files = createFileChoice(() => {
    touch();
    if (files.files().length > 0) show('files-lost', false);
  });
  const leaveOut = createLeaveOut(touch);
  const caseKey = createCaseKeyStep(api, touch, () => {
    go('send');
  });
  const sending = createSending(api);

  const fail = (): void => {
    show('fault-notice');
    touch();
  };
  window.addEventListener('error', fail);
  window.addEventListener('unhandledrejection', fail);

  const go = (wanted: Step): void => {
    step = wanted;
    if (step === 'key') void caseKey.enter().catch(fail);
    if (step === 'send') drawSummary();
    showStep(step, { focus: true });
    touch();
  };

  const drawSummary = (): void => {
    const list = byId('send-summary');
    list.replaceChildren();
    const chosen = files.files();
    const { text } = readForm();
    const size = formatSize(chosen.reduce((sum, file) => sum + file.size, 0));
    const names = (readers: readonly { name: string }[]): string =>
      formatList(readers.map(({ name }) => name));
    addTerm(list, t('send.text'), plural('send.characters', text.trim().length));
    addTerm(
      list,
      t('send.files'),
      chosen.length === 0 ? t('send.none') : plural('files.sum', chosen.length, { size }),
    );
    addTerm(list, t('send.readers'), names(leaveOut.remaining()));
    if (leaveOut.leftOut().length > 0) addTerm(list, t('send.leftOut'), names(leaveOut.leftOut()));
    show('send-error', false);
  };

  const sendNow = async (): Promise<void> => {
    const words = caseKey.words();
    if (words === null || channel === null || sending.isBusy()) return;
    const form = readForm();
    const receipt = await sending.send({
      input: {
        words,
        channel: channel.id,
        language: document.documentElement.lang,
        category: form.category,
        relation: form.relation,
        text: form.text.trim(),
        answers: answersOf(form),
        leftOut: leaveOut.ids(),
      },
      files: files.files(),
    });
    if (receipt !== null) finish(receipt, channel);
  };

  const finish = (receipt: ReceiptView, sentTo: ChannelView): void => {
    isOver = true;
    store.wipe();
    caseKey.forget();
    files.clear();
    byId('form', HTMLFormElement).reset();
    byId('send-summary').replaceChildren();
    write('done-received', t('done.received', { day: formatDay(receipt.receivedOn) }));
    write('done-ack', t('done.by', { day: formatDay(receipt.acknowledgementBy) }));
    write('done-feedback', t('done.by', { day: formatDay(receipt.feedbackBy) }));
    write('done-basis', basisText(sentTo.country));
    show('done-practice', !sentTo.published);
    go('done');
  };

  const begin = (found: DirectoryView): void => {
    showPlace(found);
    const choose = (choice: ChannelView): void => {
      channel = choice;
      leaveOut.show(choice, leaveOut.ids());
      show('practice', !choice.published);
    };
    chooseChannel('channel', found.channels, choose, options.channel);
  };

  const resume = (draft: Draft): void => {
    fillForm(draft.form);
    channel = null;
    byId('channel').dispatchEvent(new Event('change'));
    earlierLeftOut = draft.leftOut;
    step = RESUMED.includes(draft.step) ? draft.step : 'readers';
    if (draft.files.length > 0) {
      byId('files-lost-list').replaceChildren(
        ...draft.files.map((name) => {
          const item = document.createElement('li');
          item.textContent = name;
          return item;
        }),
      );
      show('files-lost');
      if (step === 'readers') step = 'files';
    }
    show('key-replaced', draft.keyShown);
    write('draft-text', t(draft.keyShown ? 'draft.backKey' : 'draft.back'));
    show('draft-notice');
  };

  /** Asks for an earlier draft before anything new may take its place. */
  const restore = async (): Promise<boolean> => {
    const restored = await store.restore();
    if (restored.state === 'failed') {
      write('draft-text', t('draft.failed'));
      show('draft-notice');
      show('draft-again');
      show('draft-drop');
      return false;
    }
    if (restored.state === 'gone') {
      write('draft-text', t('draft.gone'));
      show('draft-notice');
    }
    if (restored.state === 'found') resume(restored.draft);
    return true;
  };

  const open = (): void => {
    show('waiting', false);
    show('steps');
    showStep(step, { focus: options.focus });
    if (channel !== null) leaveOut.show(channel, earlierLeftOut);
    watchForm(touch);
    hintAtPersonal();
  };

  const start = async (): Promise<void> => {
    show('waiting');
    try {
      const found = await directory();
      if (found.freshness === 'expired' || found.channels.length === 0) {
        const isUnset = found.channels.length === 0;
        showObstacle('form', isUnset ? 'unset' : 'expired', '', () => undefined);
        return;
      }
      begin(found);
      if (await restore()) open();
    } catch (error) {
      const code = codeOf(error);
      showObstacle('form', obstacleOf(code), code, () => void start());
    } finally {
      show('waiting', false);
    }
  };

  byId('form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    if (checkForm()) go(neighbour(step, 'next'));
  });
  for (const button of document.querySelectorAll<HTMLElement>('[data-go]')) {
    button.addEventListener('click', () => {
      go(neighbour(step, button.dataset['go'] === 'back' ? 'back' : 'next'));
    });
  }
  onClick('send-now', () => void sendNow().catch(fail));
  onClick('draft-again', () => {
    show('draft-notice', false);
    void restore().then((isReady) => {
      if (isReady) open();
    }, fail);
  });
  onClick('draft-drop', () => {
    store.wipe();
    show('draft-notice', false);
    open();
  });
  sealBeforeLinks(store);
  void start();

  return {
    flush: () => store.flush(),
    forget() {
      isOver = true;
      store.wipe();
      caseKey.forget();
    },
  };
}
