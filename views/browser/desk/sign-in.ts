import type { AccountView } from '../../../client/models.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { DeskApi } from './api.js';
import { localText } from './desk.js';
import { copyTemplate, focusHeading, onClick, part, show, showPart, write } from './dom.js';
import { act, showProblem } from './failures.js';
import { guardLeaving } from './link-secret.js';
import { newSecretsView } from './new-secrets.js';
import { paperFaultText } from './paper-faults.js';

/** What signing in needs from the page. */
export interface Entrance {
  api: Remote<DeskApi>;
  /** Where the views of the entrance stand. */
  place: HTMLElement;
  /** Opens the desk; what goes wrong there is told in the form. */
  onSignedIn(account: AccountView): Promise<void>;
}

function swap({ place }: Entrance, view: HTMLElement): void {
  place.replaceChildren(view);
  focusHeading(view);
}

/** The code as typed, undefined where none was asked for. */
function codeIn(form: HTMLElement): string | undefined {
  const field = part(form, 'code-field');
  return field.hidden ? undefined : part(form, 'code', HTMLInputElement).value.replace(/\D/g, '');
}

/**
 * Runs a form that may have to ask for a one-time code: where the server wants one, the field for
 * it comes up and nothing that was typed is lost.
 */
async function withCode(form: HTMLElement, work: () => Promise<void>): Promise<void> {
  await act(form, async () => {
    write(form, 'working', t('desk.sign_in.working'));
    try {
      await work();
    } catch (error) {
      if (codeOf(error) === 'one_time_code_needed') {
        show(part(form, 'code-field'), true);
        part(form, 'code', HTMLInputElement).focus();
      }
      throw error;
    } finally {
      write(form, 'working', '');
    }
  });
}

/** Shows the form to sign in with; `name` fills the name in. */
export function showSignIn(entrance: Entrance, name = ''): void {
  const view = copyTemplate('sign-in');
  const form = part(view, 'form', HTMLFormElement);
  const nameField = part(form, 'name', HTMLInputElement);
  const passphrase = part(form, 'passphrase', HTMLInputElement);
  const reveal = part(form, 'reveal', HTMLInputElement);
  nameField.value = name;
  reveal.addEventListener('change', () => {
    passphrase.type = reveal.checked ? 'text' : 'password';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const missing = [nameField, passphrase].find(({ value }) => value.trim() === '');
    if (missing !== undefined) {
      showProblem(form, t('desk.sign_in.missing'));
      missing.focus();
      return;
    }
    void withCode(form, async () => {
      const account = await entrance.api.signIn(nameField.value, passphrase.value, codeIn(form));
      await entrance.onSignedIn(account);
      passphrase.value = '';
    });
  });
  onClick(view, 'lost', () => {
    showRecovery(entrance, nameField.value);
  });
  swap(entrance, view);
  void entrance.api.installation().then(
    ({ state, organisation }) => {
      showPart(view, 'not-set-up', state === 'empty');
      // whoever has words for several desks sees whose this one is before typing them; a line is
      // kept for it from the beginning, so that nothing moves away from below a press
      showPart(view, 'at', organisation !== null);
      showPart(view, 'named', organisation !== null);
      if (organisation !== null) write(view, 'organisation', localText(organisation));
    },
    (error: unknown) => {
      showProblem(form, error);
    },
  );
}

function showRecovery(entrance: Entrance, name: string, problem: string | null = null): void {
  const view = copyTemplate('recover');
  const form = part(view, 'form', HTMLFormElement);
  const nameField = part(form, 'name', HTMLInputElement);
  const words = part(form, 'words', HTMLTextAreaElement);
  nameField.value = name;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void withCode(form, async () => {
      const read = await entrance.api.readPaper(words.value);
      if ('faults' in read) {
        showProblem(form, paperFaultText('kit', read.faults));
        words.focus();
        return;
      }
      const name = nameField.value;
      try {
        const secrets = await entrance.api.prepareRecovery(name, read.words, codeIn(form));
        words.value = '';
        showNewSecrets(entrance, name, secrets);
      } catch (error) {
        if (codeOf(error) !== 'sign_in_refused') throw error;
        showProblem(form, t('desk.recover.refused'));
      }
    });
  });
  onClick(view, 'back', () => {
    showSignIn(entrance, nameField.value);
  });
  showProblem(form, problem);
  swap(entrance, view);
}

function showNewSecrets(
  entrance: Entrance,
  name: string,
  { passphrase, recoveryWords }: { passphrase: string[]; recoveryWords: string[] },
): void {
  const view = copyTemplate('recovered');
  let uncertain = false;
  guardLeaving(() => uncertain);
  const { element } = newSecretsView({
    purpose: 'recover',
    groups: [
      { kind: 'passphrase', words: passphrase, asked: 2 },
      { kind: 'kit', words: recoveryWords, asked: 3 },
    ],
    facts: () => ({ organisation: '', name }),
    send: async () => {
      try {
        await entrance.api.finishRecovery();
      } catch (error) {
        if (codeOf(error) === 'sign_in_needed')
          showRecovery(entrance, name, t('desk.recover.took_long'));
        throw error;
      }
    },
    done: () => {
      showPart(view, 'in-force', true);
      part(view, 'in-force').focus();
    },
    uncertain: (is) => {
      uncertain = is;
    },
  });
  part(view, 'paper').append(element);
  onClick(view, 'finish', () => {
    showSignIn(entrance, name);
  });
  swap(entrance, view);
}
