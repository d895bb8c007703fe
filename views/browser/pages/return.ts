import type { FileReference, ReporterCaseView } from '../../../client/models.js';
import { errorText } from '../error-text.js';
import { createAnswerForm } from '../reporter/answer.js';
import { connect, type Connection } from '../reporter/api.js';
import { createCopyChoice } from '../reporter/copy.js';
import { lawOf } from '../reporter/case-law.js';
import { drawConversation, goToNew } from '../reporter/conversation.js';
import { byId, onClick, show, write } from '../reporter/dom.js';
import { sealBeforeLinks } from '../reporter/draft.js';
import { formatDay, formatSize, today } from '../reporter/format.js';
import { guardPage } from '../reporter/guard.js';
import { createKeyEntry } from '../reporter/key-entry.js';
import { createIdentityForm } from '../reporter/identity.js';
import { hintAtPersonal } from '../reporter/personal-data.js';
import { createReceiptChoice } from '../reporter/receipt.js';
import { createSpoken } from '../reporter/spoken.js';
import { situationOf } from '../reporter/situation.js';
import { drawSituation, drawTimeline } from '../reporter/timeline.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { saveFile } from '../save-file.js';

function showWarnings({ warnings, writable }: ReporterCaseView): void {
  const during = writable === 'after_new_keys' ? 'keyless' : 'reading';
  const texts = new Set(warnings.map(({ code }) => errorText(code, during)));
  byId('warning-list').replaceChildren(
    ...[...texts].map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
  if (writable !== 'yes') write('warning-safe', t(`warning.safe.${writable}`));
  show('warning-safe', writable !== 'yes');
  const codes = warnings.map(({ code }) => code).join(', ');
  byId('warning-codes').textContent = t('warning.codes', { codes });
  show('warnings', warnings.length > 0);
}

/** That a handler made the case, and what that means; nothing where its reporter did. */
function showMade({ origin }: ReporterCaseView): void {
  show('made', origin.made === 'handler');
  if (origin.made !== 'handler') return;
  const name = origin.name ?? t('made.nobody');
  const day = formatDay(origin.receivedOn);
  write('made-text', t('made.text', { name, day, way: t(`made.way.${origin.way}`) }));
  write('made-key', t(`made.key.${origin.key}`));
}

function run({ api, end }: Connection): void {
  let words: string[] = [];

  const entry = createKeyEntry(api, (typed) => void open(typed));
  const answer = createAnswerForm(api, (view) => {
    draw(view);
  });

  const identity = createIdentityForm(
    api,
    () => words,
    (view) => {
      draw(view);
    },
  );
  const spoken = createSpoken(api, (view) => {
    draw(view);
  });

  const receiptChoice = createReceiptChoice();
  const copyChoice = createCopyChoice(api, () => words, today);

  const forget = (): void => {
    words = [];
    receiptChoice.forget();
    copyChoice.forget();
    entry.forget();
    answer.forget();
    identity.forget();
    spoken.forget();
    for (const id of ['conversation', 'timeline', 'situation', 'warning-list']) {
      byId(id).replaceChildren();
    }
    for (const id of ['case-title', 'who-reads', 'made-text']) byId(id).textContent = '';
  };
  guardPage(() => {
    forget();
    answer.wipe();
    end();
  });
  // what was opened must not lie in the browser's page cache
  window.addEventListener('pagehide', forget);

  const fetchFile = async (file: FileReference, state: HTMLElement): Promise<void> => {
    const controller = new AbortController();
    state.classList.remove('error');
    try {
      const onReceived = (bytes: number): void => {
        state.textContent = t('progress.bytes', {
          sent: formatSize(bytes),
          total: formatSize(file.size),
        });
      };
      saveFile(await api.download(words, file, onReceived, controller.signal), file.name);
      state.textContent = t('download.done');
    } catch (error) {
      state.classList.add('error');
      state.textContent = errorText(codeOf(error), 'saving');
    }
  };

  const draw = (view: ReporterCaseView): void => {
    const situation = situationOf(view, today(view.timeZone), lawOf(view));
    showWarnings(view);
    showMade(view);
    show('practice', view.practice);
    drawSituation(view, situation);
    drawTimeline(view, situation);
    drawConversation(view, situation.fresh, fetchFile, async (request, given, problem) => {
      problem.textContent = '';
      try {
        draw(await api.consent(words, request, given));
        byId('conversation-title').focus();
      } catch (error) {
        problem.textContent = errorText(codeOf(error));
      }
    });
    spoken.draw(view, words);
    show('answer-closed', view.state === 'closed');
    receiptChoice.offer(view.receipt, view.receivedOn);
    identity.draw(view);
    copyChoice.offer(view);
    answer.limit(view.maxFileBytes);
    if (view.writable === 'yes') show('answer-stopped', false);
    else write('answer-stopped', t(`answer.stopped.${view.writable}`));
    for (const id of ['files', 'files-hint', 'answer-actions']) show(id, view.writable === 'yes');
  };

  const open = async (typed: string[]): Promise<void> => {
    const button = byId('enter-open', HTMLButtonElement);
    button.disabled = true;
    show('enter-waiting');
    try {
      const view = await api.open(typed);
      words = typed;
      entry.forget();
      draw(view);
      show('enter', false);
      show('case');
      window.scrollTo({ top: 0 });
      byId('case-title').focus({ preventScroll: true });
      await answer.enter(view, words);
    } catch (error) {
      const code = codeOf(error);
      // the key may be right where something else failed: it stays to be tried again
      const isWrongKey = code === 'case_not_found';
      entry.complain(errorText(code, 'opening'), ...(isWrongKey ? [] : [t('return.kept')]));
    } finally {
      button.disabled = false;
      show('enter-waiting', false);
    }
  };

  const refresh = async (): Promise<void> => {
    const button = byId('refresh', HTMLButtonElement);
    button.disabled = true;
    show('refresh-state', false);
    try {
      draw(await api.open(words));
      byId('case-title').focus();
    } catch (error) {
      write('refresh-state', errorText(codeOf(error)));
    } finally {
      button.disabled = false;
    }
  };

  onClick('to-new', goToNew);
  onClick('reprisals-write', () => {
    byId('answer-text').focus();
  });
  onClick('refresh', () => void refresh());
  onClick('close-case', () => {
    void answer.flush().finally(() => {
      forget();
      show('case', false);
      show('enter');
      entry.focus();
    });
  });
  sealBeforeLinks(answer);
  hintAtPersonal();
  show('enter');
}

try {
  run(connect());
} catch (error) {
  guardPage(() => undefined);
  show('enter');
  write('enter-faults', errorText(codeOf(error)));
  show('enter-form', false);
  if (codeOf(error) === 'unexpected') throw error;
}
