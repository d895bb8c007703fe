import { callWorker, startWorker } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi } from '../desk/api.js';
import { localText } from '../desk/desk.js';
import { part, show, showPart, write } from '../desk/dom.js';
import { act, showProblem } from '../desk/failures.js';
import { carrySecret, guardLeaving, takeLinkSecret } from '../desk/link-secret.js';
import { roleFields } from '../desk/role-fields.js';
import { fillWords, paperPanel } from '../desk/words.js';

const fragment = takeLinkSecret();
const api = callWorker<DeskApi>(startWorker());
const page = document.body;
const form = part(page, 'join-form', HTMLFormElement);
const steps = ['invitation', 'secrets', 'words'] as const;
const roles = roleFields(part(page, 'roles'));
const languageLinks = carrySecret(fragment);
let losing = false;

guardLeaving(() => losing);

function go(step: (typeof steps)[number]): void {
  for (const each of steps) showPart(page, `step-${each}`, each === step);
  window.scrollTo(0, 0);
  part(page, `step-${step}`).querySelector('h1')?.focus();
}

void act(part(page, 'step-invitation'), async () => {
  try {
    if (fragment === '') throw Object.assign(new Error('no secret'), { code: 'no_invitation' });
    const invitation = await api.readInvitation(fragment);
    write(page, 'organisation', localText(invitation.organisation));
    write(page, 'channel', localText(invitation.channel));
    write(page, 'shown-name', invitation.shownName);
    fillWords(part(page, 'fingerprint'), invitation.fingerprint);
    roles.show(Object.keys(invitation.channel));
    showPart(page, 'invitation', true);
  } finally {
    write(page, 'loading', '');
  }
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const name = part(form, 'join-name', HTMLInputElement);
  if (name.value.trim() === '') {
    showProblem(form, t('desk.set_up.name_missing'));
    name.focus();
    return;
  }
  void act(form, async () => {
    const button = part(form, 'join', HTMLButtonElement);
    button.disabled = true;
    showPart(form, 'joining', true);
    try {
      const joined = await api.join(fragment, { name: name.value, role: roles.read() });
      losing = true;
      languageLinks.hide();
      const panel = paperPanel(
        [
          { kind: 'passphrase', words: joined.passphrase, asked: 2 },
          { kind: 'kit', words: joined.recoveryWords, asked: 3 },
        ],
        () => ({ organisation: part(page, 'organisation').textContent, name: name.value }),
        () => {
          losing = false;
          part(page, 'paper').replaceChildren();
          fillWords(part(page, 'own-words'), joined.words);
          go('words');
        },
      );
      part(page, 'paper').replaceChildren(panel);
      go('secrets');
    } finally {
      button.disabled = false;
      show(part(form, 'joining'), false);
    }
  });
});
