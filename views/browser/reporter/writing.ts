import type {
  ChannelView,
  DirectoryView,
  ReaderView,
  ReceiptView,
} from '../../../client/models.js';
import { isOutdated } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { createCaseKeyStep } from './case-key.js';
import { namedChannel, offeredChannels } from './channels.js';
import {
  datesText,
  chooseChannel,
  obstacleOf,
  readsReports,
  showObstacle,
  showPlace,
} from './directory.js';
import { byId, onClick, show, write } from './dom.js';
import { createDraftStore, sealBeforeLinks } from './draft.js';
import { createFileChoice } from './files.js';
import { answersOf, checkForm, fillForm, isBlank, readForm, watchForm } from './form.js';
import { formatDay, formatList } from './format.js';
import { createLeaveOut } from './leave-out.js';
import { createLostFiles } from './lost-files.js';
import { fillIdentity, readIdentity } from './identity.js';
import { hintAtPersonal, hintFirst } from './personal-data.js';
import {
  forgetQuestions,
  loadQuestions,
  questionOf,
  refreshQuestions,
  settleQuestions,
  showQuestions,
} from './own-questions.js';
import { type ReportDraft, resumedStep, tellResumed } from './resume.js';
import { createReceiptChoice } from './receipt.js';
import { createSending, showSendError } from './sending.js';
import type { Fragment } from './start.js';
import { neighbour, showStep, type Step } from './steps.js';
import { drawSummary } from './summary.js';

/** The form, from its first field to the receipt. */
export interface Writing {
  /** Seals what was typed, now. */
  flush(): Promise<boolean>;
  /** Forgets text, draft and key: the page is being left. */
  forget(): void;
}

/** Tells a reader of a channel from all others. */
function seat(channel: ChannelView, { id }: ReaderView): string {
  return `${channel.id} ${id}`;
}

/**
 * Begins the form, with the draft that the tab keeps if there is one.
 *
 * @param directory the verified directory; asks for it again after a failure, or when told so.
 * @param options.channel chosen at the start; `''` for none.
 * @param options.fragment what the address of the start said: whoever is quick presses before the list of
 * readers is there, and then it is looked at here.
 * @param options.focus whether the form takes the place of something in the same document.
 */
export function startWriting(
  api: Remote<ReporterApi>,
  directory: (anew?: boolean) => Promise<DirectoryView>,
  options: {
    readonly channel: string;
    readonly fragment: Fragment;
    readonly focus: boolean;
  },
): Writing {
  let step: Step = 'write';
  let channel: ChannelView | null = null;
  let isOver = false;
  let earlier = { keyShown: false, departed: false };
  let hasDeparted = false;
  let root = '';
  const seen = new Set<string>();

  const store = createDraftStore<ReportDraft>(api, 'd', () => {
    const form = readForm();
    const draft = {
      step,
      form,
      leftOut: leaveOut.ticked(),
      root,
      seen: [...seen],
      files: [...files.originals().map(({ name }) => name), ...lost.names()],
      keyShown: caseKey.wasShown() || earlier.keyShown,
      departed: hasDeparted || earlier.departed,
    };
    return isOver || (isBlank(form) && draft.files.length === 0) ? null : draft;
  });
  const touch = (): void => {
    if (!isOver) store.touch();
  };
  const lost = createLostFiles();
  const files = createFileChoice({
    onChange() {
      lost.found(files.originals());
      refreshQuestions();
      touch();
    },
    onPicking: () => void store.flush(),
    questionOf,
  });
  const asking = { onChange: touch, files: files.answers };
  const leaveOut = createLeaveOut(touch);
  const caseKey = createCaseKeyStep(api, touch, () => {
    go('send');
  });
  const receiptChoice = createReceiptChoice();
  const sending = createSending(api);

  const fail = (): void => {
    show('fault-notice');
    touch();
  };
  window.addEventListener('error', fail);
  window.addEventListener('unhandledrejection', fail);

  const go = (wanted: Step): void => {
    step = wanted;
    // whoever must still try an earlier key needs the words for it on every step
    if (!earlier.departed || isOver) show('draft-notice', false);
    if (step === 'key') void caseKey.enter().catch(fail);
    if (step === 'send') {
      show('send-error', false);
      drawSummary({
        text: readForm().text,
        files: files.ready() ?? [],
        readers: leaveOut.remaining().filter(readsReports),
        leftOut: leaveOut.leftOut(),
      });
    }
    if (step === 'send') offerIdentity();
    showStep(step, { focus: true });
    touch();
  };

  /** Custodians who are left: without them there is nobody to whom a name could be sealed. */
  const custodians = (): ReaderView[] =>
    leaveOut.remaining().filter(({ part }) => part === 'custodian');
  const add = byId('identity-add', HTMLInputElement);
  const wantsIdentity = (): boolean => add.checked;
  add.addEventListener('change', () => {
    show('identity-fields', add.checked);
  });
  const offerIdentity = (): void => {
    const names = formatList(custodians().map(({ name }) => name));
    write('identity-who', t('identity.who', { names }));
    show('identity-choice', names !== '');
  };

  const leaveFiles = async (): Promise<void> => {
    if ((await files.settle()) && step === 'files') go('readers');
  };

  const sendNow = async (): Promise<void> => {
    const words = caseKey.words();
    if (words === null || channel === null || sending.isBusy()) return;
    const chosen = files.ready();
    if (chosen === null) {
      go('files');
      await files.settle();
      return;
    }
    const form = readForm();
    const input = {
      words,
      channel: channel.id,
      language: document.documentElement.lang,
      category: form.category,
      relation: form.relation,
      text: form.text.trim(),
      answers: answersOf(form),
      form: form.own,
      leftOut: leaveOut.ids(),
      identity: wantsIdentity() && custodians().length > 0 ? readIdentity() : null,
    };
    const outcome = await sending.send({ input, files: chosen }, () => {
      hasDeparted = true;
      touch();
    });
    if (hasDeparted) write('send-lead', t('send.unsure'));
    if ('receipt' in outcome) finish(outcome.receipt, channel);
    else if (isOutdated(outcome.code)) await readAgain(outcome.code);
    else showSendError(outcome.code, hasDeparted);
  };

  /** Something about this place changed meanwhile: shows who reads now, with all else kept. */
  const readAgain = async (code: string): Promise<void> => {
    try {
      const found = await directory(true);
      if (found.freshness === 'expired') {
        showSendError('directory_expired', hasDeparted);
        return;
      }
      await loadQuestions(found.channels.map(({ questionnaire }) => questionnaire));
      offer(found);
    } catch (error) {
      showSendError(codeOf(error), hasDeparted);
      return;
    }
    if (channel === null) {
      show('channel-gone-form');
      go('write');
      return;
    }
    if (!tellNewcomers() && leaveOut.somebodyReads()) showSendError(code, hasDeparted);
    else go('readers');
  };

  /** Names those who came to read since the list was shown first. Whether there is anybody. */
  const tellNewcomers = (): boolean => {
    const names = formatList(leaveOut.newcomers().map(({ name }) => name));
    show('readers-changed', names !== '');
    if (names !== '') write('readers-changed-text', t('readers.changed.text', { names }));
    return names !== '';
  };
  const acceptNewcomers = (): void => {
    show('readers-changed', false);
    if (channel === null) return;
    for (const reader of leaveOut.newcomers()) seen.add(seat(channel, reader));
  };

  const finish = (receipt: ReceiptView, sentTo: ChannelView): void => {
    isOver = true;
    store.wipe();
    caseKey.forget();
    files.clear();
    fillIdentity(null);
    show('fault-notice', false);
    byId('form', HTMLFormElement).reset();
    forgetQuestions();
    byId('send-summary').replaceChildren();
    write('done-received', t('done.received', { day: formatDay(receipt.receivedOn) }));
    write('done-ack', t('done.by', { day: formatDay(receipt.acknowledgementBy) }));
    write('done-feedback', t('done.by', { day: formatDay(receipt.feedbackBy) }));
    write('done-basis', datesText(sentTo.country, sentTo, receipt.receivedOn));
    show('done-practice', !sentTo.published);
    receiptChoice.offer(receipt.receipt, receipt.receivedOn);
    go('done');
  };

  /** The channel that was chosen at the start, or that its address names. */
  const askedIn = ({ channels }: DirectoryView): ChannelView | null =>
    channels.find(({ id }) => id === options.channel) ??
    namedChannel(channels, options.fragment.code);

  /** Offers the channels, and the readers of the one that is chosen: the one of before, if any. */
  const offer = (found: DirectoryView, before = channel?.id ?? askedIn(found)?.id ?? ''): void => {
    ({ root } = found);
    showPlace(found);
    files.limit(found.maxFileBytes);
    const choose = (choice: ChannelView): void => {
      // a microphone that is open, or what it heard, never goes out of sight
      if (!settleQuestions()) {
        byId('channel', HTMLSelectElement).value = channel?.id ?? '';
        return;
      }
      channel = choice;
      leaveOut.show(choice, (reader) => !seen.has(seat(choice, reader)));
      showQuestions(choice.id, choice.questionnaire, asking);
      files.redraw();
      hintAtPersonal();
      show('practice', !choice.published);
    };
    // nobody's report goes to another channel without being asked
    channel = null;
    chooseChannel('channel', offeredChannels(found.channels, before), choose, before);
  };

  const begin = (found: DirectoryView): void => {
    for (const each of found.channels) {
      for (const reader of each.readers) seen.add(seat(each, reader));
    }
    show('channel-gone-form', askedIn(found)?.closed === true);
    offer(found);
    open();
  };

  const resume = (draft: ReportDraft, found: DirectoryView): void => {
    if (draft.root !== found.root) {
      showObstacle('form', 'untrusted', '', () => undefined);
      return;
    }
    for (const each of draft.seen) seen.add(each);
    leaveOut.tick(draft.leftOut);
    // a draft without a channel is one whose channel is gone: another one is for the person to choose
    offer(found, draft.form.channel === '' ? 'none' : draft.form.channel);
    show('channel-gone-form', draft.form.channel !== '' && channel === null);
    fillForm(draft.form, asking);
    tellNewcomers();
    lost.set(draft.files);
    earlier = { keyShown: draft.keyShown, departed: draft.departed };
    step = channel === null ? 'write' : resumedStep(draft);
    tellResumed(draft);
    open();
    store.renew();
  };

  /** Asks for an earlier draft before anything new may take its place. */
  const restore = async (found: DirectoryView): Promise<void> => {
    show('draft-notice', false);
    const restored = await store.restore();
    show('draft-actions', restored.state === 'failed');
    if (restored.state === 'found') {
      await loadQuestions([restored.draft.form.own]);
      resume(restored.draft, found);
      return;
    }
    if (restored.state === 'none') {
      begin(found);
      return;
    }
    write('draft-text', t(`draft.${restored.state}`));
    show('draft-notice');
    if (restored.state === 'gone') begin(found);
  };

  const open = (): void => {
    show('waiting', false);
    show('steps');
    showStep(step, { focus: options.focus });
    watchForm(touch);
    hintAtPersonal();
  };

  const start = async (): Promise<void> => {
    show('waiting');
    try {
      const found = await directory();
      const isUnset = found.channels.length === 0;
      const isClosed = found.channels.every(({ closed }) => closed);
      if (found.freshness === 'expired' || isClosed) {
        const obstacle = isUnset ? 'unset' : isClosed ? 'closed' : 'expired';
        showObstacle('form', obstacle, '', () => undefined);
        return;
      }
      // the address that somebody came by carries the root key of their poster
      if (options.fragment.root !== '' && options.fragment.root !== found.root) {
        showObstacle('form', 'untrusted', '', () => undefined);
        return;
      }
      await loadQuestions(found.channels.map(({ questionnaire }) => questionnaire));
      byId('draft-again').onclick = () => void restore(found).catch(fail);
      byId('draft-drop').onclick = () => {
        store.wipe();
        show('draft-notice', false);
        begin(found);
      };
      await restore(found);
    } catch (error) {
      const code = codeOf(error);
      showObstacle('form', obstacleOf(code), code, () => void start());
    } finally {
      show('waiting', false);
    }
  };

  byId('form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    if (checkForm() && settleQuestions() && !hintFirst(byId('form'))) go(neighbour(step, 'next'));
  });
  for (const button of document.querySelectorAll<HTMLElement>('[data-go]')) {
    button.addEventListener('click', () => {
      const wanted = neighbour(step, button.dataset['go'] === 'back' ? 'back' : 'next');
      if (step === 'files' && wanted === 'readers') {
        // nothing leaves this step that was not looked at
        void leaveFiles().catch(fail);
      } else if (step === 'readers' && wanted === 'key') {
        acceptNewcomers();
        // whoever came back to the readers has confirmed the key already
        go(caseKey.words() === null ? 'key' : 'send');
      } else go(wanted);
    });
  }
  onClick('send-now', () => void sendNow().catch(fail));
  sealBeforeLinks(store);
  void start();

  return {
    flush: () => store.flush(),
    forget() {
      isOver = true;
      store.wipe();
      files.clear();
      forgetQuestions();
      caseKey.forget();
      fillIdentity(null);
      receiptChoice.forget();
    },
  };
}
