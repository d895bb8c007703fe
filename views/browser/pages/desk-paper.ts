import { coverWhileHidden } from '../cover.js';
import { callWorker, startWorker } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi } from '../desk/api.js';
import { ceremonyFacts, fillFacts } from '../desk/ceremony.js';
import { element, fillList, onClick, part, showPart, write } from '../desk/dom.js';
import { act, send, showProblem } from '../desk/failures.js';
import { carrySecret, guardLeaving, takeLinkSecret } from '../desk/link-secret.js';
import { paperFaultText } from '../desk/paper-faults.js';
import { stepper } from '../desk/steps.js';

coverWhileHidden();

const fragment = takeLinkSecret();
const api = callWorker<DeskApi>(startWorker());
const page = document.body;
const form = part(page, 'words-form', HTMLFormElement);
const words = part(form, 'words', HTMLTextAreaElement);
const go = stepper(page, ['words', 'agreed', 'done']);
const languageLinks = carrySecret(fragment);
let giving = false;

guardLeaving(() => giving);
showPart(page, 'no-link', fragment === '');
form.hidden = fragment === '';

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(form, async () => {
    const read = await api.readPaper(words.value);
    if ('faults' in read) {
      showProblem(form, paperFaultText('kit', read.faults));
      words.focus();
      return;
    }
    const said = await api.openPaper(fragment, read.words);
    words.value = '';
    languageLinks.hide();
    fillFacts(part(page, 'facts'), [
      ...ceremonyFacts(said, said.officer, said.agreed, said.until),
      [t('desk.recovery_paper.cases'), String(said.cases)],
    ]);
    showPart(page, 'none', said.cases === 0);
    showPart(page, 'give', said.cases > 0);
    go('agreed');
  });
});

onClick(page, 'give', () =>
  send(part(page, 'step-agreed'), async () => {
    giving = true;
    try {
      const { given, kept } = await api.givePaperCases(({ done, of }) => {
        write(page, 'progress', t('desk.recovery_paper.progress', { done, of }));
      });
      const said =
        given === 0
          ? t('desk.recovery_paper.given_none')
          : t('desk.recovery_paper.given', { count: given });
      write(page, 'given', said);
      const barred = kept.filter((code) => code === 'nobody_may').length;
      const others = kept.length - barred;
      const lines = [
        ...(barred > 0 ? [t('desk.recovery_paper.kept_barred', { count: barred })] : []),
        ...(others > 0 ? [t('desk.recovery_paper.kept_other', { count: others })] : []),
      ];
      fillList(part(page, 'kept'), lines, (line) => element('li', line));
      await api.closePaper();
      go('done');
    } finally {
      giving = false;
      write(page, 'progress', '');
    }
  }),
);
