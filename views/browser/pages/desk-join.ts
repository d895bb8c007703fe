import { coverWhileHidden } from '../cover.js';
import { callWorker, codeOf, startWorker } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi } from '../desk/api.js';
import { localText } from '../desk/desk.js';
import { onClick, part, showPart, write } from '../desk/dom.js';
import { act, showProblem } from '../desk/failures.js';
import { carrySecret, guardLeaving, takeLinkSecret } from '../desk/link-secret.js';
import { newSecretsView, type NewSecretsView } from '../desk/new-secrets.js';
import { ownWordsForm } from '../desk/own-words.js';
import { roleFields } from '../desk/role-fields.js';
import { stepper } from '../desk/steps.js';
import { fillWords } from '../desk/words.js';

coverWhileHidden();

const fragment = takeLinkSecret();
const api = callWorker<DeskApi>(startWorker());
const page = document.body;
const form = part(page, 'join-form', HTMLFormElement);
const go = stepper(page, ['invitation', 'secrets', 'own', 'words']);
const roles = roleFields(part(page, 'roles'));
const languageLinks = carrySecret(fragment);
const nameField = part(form, 'join-name', HTMLInputElement);
let secrets: NewSecretsView | null = null;
let uncertain = false;

guardLeaving(() => uncertain);

void act(part(page, 'step-invitation'), async () => {
  try {
    if (fragment === '') throw Object.assign(new Error('no secret'), { code: 'no_invitation' });
    const invitation = await api.readInvitation(fragment);
    write(page, 'organisation', localText(invitation.organisation));
    const administers = invitation.part === 'administrator';
    write(page, 'channel', localText(invitation.channel));
    write(page, 'as', t(`desk.part.${invitation.part}`));
    write(page, 'shown-name', invitation.shownName);
    write(page, 'title', t(administers ? 'desk.team.join_title' : 'desk.join.title'));
    for (const each of ['channel-term', 'channel', 'shown-term', 'shown-name', 'roles-field']) {
      showPart(page, each, !administers);
    }
    fillWords(part(page, 'fingerprint'), invitation.fingerprint);
    roles.show(Object.keys(invitation.channel));
    showPart(page, 'invitation', true);
  } finally {
    write(page, 'loading', '');
  }
});

/** Makes keys and secrets, once; whoever comes back to change the name finds the same. */
async function prepare(): Promise<NewSecretsView> {
  const made = await api.prepareJoining();
  const view = newSecretsView({
    purpose: 'join',
    groups: [
      { kind: 'passphrase', words: made.passphrase, asked: 2 },
      { kind: 'kit', words: made.recoveryWords, fingerprint: made.words, asked: 3 },
    ],
    facts: () => ({
      organisation: part(page, 'organisation').textContent,
      name: nameField.value.trim(),
    }),
    send: async () => {
      showPart(page, 'to-name', false);
      try {
        await api.finishJoining(fragment, { name: nameField.value, role: roles.read() });
      } catch (error) {
        if (codeOf(error) === 'name_taken') {
          go('invitation');
          showProblem(form, t('desk.join.name_taken'));
          nameField.focus();
        }
        throw error;
      }
    },
    done: () => {
      fillWords(part(page, 'own-words'), made.words);
      go('words');
    },
    uncertain: (is) => {
      uncertain = is;
    },
  });
  part(page, 'paper').replaceChildren(view.element);
  write(form, 'join', t('desk.set_up.forward'));
  showPart(form, 'join-own', false);
  languageLinks.hide();
  return view;
}

function isNameMissing(): boolean {
  if (nameField.value.trim() !== '') return false;
  showProblem(form, t('desk.set_up.name_missing'));
  nameField.focus();
  return true;
}

/** Words that the person has from another organisation's desk: the keys under them are new. */
function ownWords(): HTMLElement {
  let words: string[] = [];
  return ownWordsForm({
    purpose: 'join',
    api,
    send: async (paper) => {
      ({ words } = await api.prepareJoining(paper));
      await api.finishJoining(fragment, { name: nameField.value, role: roles.read() });
    },
    done: () => {
      fillWords(part(page, 'own-words'), words);
      showPart(page, 'words-on-sheet', false);
      go('words');
    },
    back: () => {
      go('invitation');
    },
    uncertain: (is) => {
      uncertain = is;
    },
    refused: (code) => {
      if (code !== 'name_taken') return false;
      go('invitation');
      showProblem(form, t('desk.own_words.name_taken'));
      nameField.focus();
      return true;
    },
  });
}

onClick(form, 'join-own', () => {
  if (isNameMissing()) return;
  showProblem(form, null);
  const place = part(page, 'own-place');
  if (place.childElementCount === 0) place.replaceChildren(ownWords());
  languageLinks.hide();
  go('own');
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (isNameMissing()) return;
  void act(form, async () => {
    const before = secrets;
    secrets ??= await prepare();
    go('secrets');
    before?.resume();
  });
});
onClick(page, 'to-name', () => {
  go('invitation');
});
