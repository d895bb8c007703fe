import { coverWhileHidden } from '../cover.js';
import { callWorker, codeOf, startWorker } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi } from '../desk/api.js';
import { dayText } from '../desk/days.js';
import { localText } from '../desk/desk.js';
import { element, fillList, onClick, part, showPart, write } from '../desk/dom.js';
import { act, showProblem } from '../desk/failures.js';
import { carrySecret, guardLeaving, takeLinkSecret } from '../desk/link-secret.js';
import { newSecretsView, type NewSecretsView } from '../desk/new-secrets.js';
import { paperFaultText } from '../desk/paper-faults.js';
import { stepper } from '../desk/steps.js';
import { listText } from '../desk/texts.js';
import { fillWords } from '../desk/words.js';

coverWhileHidden();

const fragment = takeLinkSecret();
const api = callWorker<DeskApi>(startWorker());
const page = document.body;
const wordsForm = part(page, 'words-form', HTMLFormElement);
const words = part(wordsForm, 'words', HTMLTextAreaElement);
const nameForm = part(page, 'name-form', HTMLFormElement);
const nameField = part(nameForm, 'name', HTMLInputElement);
const go = stepper(page, ['root', 'name', 'secrets', 'done']);
const languageLinks = carrySecret(fragment);
let made: Awaited<ReturnType<DeskApi['prepareAppointment']>> | null = null;
let secrets: NewSecretsView | null = null;
let uncertain = false;

guardLeaving(() => uncertain);

void act(part(page, 'step-root'), async () => {
  try {
    const found = await api.readAppointment(fragment);
    write(page, 'organisation', localText(found.organisation));
    fillWords(part(page, 'fingerprint'), found.fingerprint);
    fillList(part(page, 'administrators'), found.administrators, ({ serial, name }) =>
      element('li', t('desk.root.administrator', { number: serial, name: name ?? '?' })),
    );
    write(page, 'readers', listText(found.readers));
    const { version, date, confirmedOn } = found;
    write(
      page,
      'list',
      t('desk.root.version', {
        version,
        date: dayText(date),
        confirmed: confirmedOn === null ? '?' : dayText(confirmedOn),
      }),
    );
    showPart(page, 'found', true);
  } finally {
    write(page, 'loading', '');
  }
});

wordsForm.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(wordsForm, async () => {
    const read = await api.readPaper(words.value);
    if ('faults' in read) {
      showProblem(wordsForm, paperFaultText('root', read.faults));
      words.focus();
      return;
    }
    made = await api.prepareAppointment(read.words);
    words.value = '';
    languageLinks.hide();
    go('name');
  });
});

/** The secrets are shown once; whoever comes back to change the name finds the same. */
function secretsView({ passphrase, recoveryWords, words: own }: NonNullable<typeof made>) {
  return newSecretsView({
    purpose: 'appoint',
    groups: [
      { kind: 'passphrase', words: passphrase, asked: 2 },
      { kind: 'kit', words: recoveryWords, fingerprint: own, asked: 3 },
    ],
    facts: () => ({
      organisation: part(page, 'organisation').textContent,
      name: nameField.value.trim(),
    }),
    send: async () => {
      showPart(page, 'to-name', false);
      try {
        await api.finishAppointment(nameField.value);
      } catch (error) {
        if (codeOf(error) === 'name_taken') {
          go('name');
          showProblem(nameForm, t('desk.join.name_taken'));
          nameField.focus();
        }
        throw error;
      }
    },
    done: () => {
      fillWords(part(page, 'own-words'), own);
      go('done');
    },
    uncertain: (is) => {
      uncertain = is;
    },
  });
}

nameForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (made === null) return;
  if (nameField.value.trim() === '') {
    showProblem(nameForm, t('desk.set_up.name_missing'));
    nameField.focus();
    return;
  }
  showProblem(nameForm, null);
  const before = secrets;
  secrets ??= secretsView(made);
  if (before === null) part(page, 'paper').replaceChildren(secrets.element);
  go('secrets');
  before?.resume();
});
onClick(page, 'to-name', () => {
  go('name');
});
