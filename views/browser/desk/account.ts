import { t } from '../strings.js';
import { awaySection } from './away.js';
import { copyTemplate, onClick, part, show, showPart, write } from './dom.js';
import { localText, type Desk } from './desk.js';
import { act, send, showProblem } from './failures.js';
import { newSecretsView } from './new-secrets.js';
import { otherDesksSection, otherDesksText } from './other-desks.js';
import { ownWordsForm } from './own-words.js';
import { qrPicture } from './qr.js';

/** One's own account: passphrase and kit, one-time codes, where the daily mail goes. */
export function accountView(desk: Desk): HTMLElement {
  const view = copyTemplate('account');
  write(view, 'name', desk.account.name);
  write(view, 'part', t(`desk.part.${desk.account.part}`));
  write(view, 'zone', t('desk.account.zone', { zone: desk.account.timeZone }));
  wirePassphrase(desk, view);
  onClick(view, 'wrong-hands', () => {
    desk.go({ view: 'incidents', chosen: desk.account.id });
  });
  wireCodes(desk, view);
  wireMail(desk, view);
  const tellOthers = (): void => {
    const desks = otherDesksText(desk.otherDesks);
    const text = t(desks === '' ? 'desk.others.changed_here' : 'desk.others.changed_not', {
      desks,
    });
    write(view, 'passphrase-others', text);
  };
  tellOthers();
  part(view, 'others').replaceChildren(otherDesksSection(desk, tellOthers));
  if (desk.account.part === 'handler') part(view, 'away').replaceChildren(awaySection(desk));
  return view;
}

function wirePassphrase(desk: Desk, view: HTMLElement): void {
  const form = part(view, 'passphrase-form', HTMLFormElement);
  const field = part(form, 'passphrase', HTMLInputElement);
  const uncertain = (is: boolean): void => {
    if (is) desk.unsent.set('passphrase', { files: 1 });
    else desk.unsent.delete('passphrase');
  };
  const done = (): void => {
    part(view, 'paper').replaceChildren();
    showPart(view, 'passphrase-done', true);
    part(view, 'passphrase-done').focus();
  };
  const isMissing = (): boolean => {
    if (field.value.trim() !== '') return false;
    showProblem(form, t('desk.account.passphrase_missing'));
    field.focus();
    return true;
  };
  onClick(form, 'own-words', () => {
    if (isMissing()) return;
    const current = field.value;
    field.value = '';
    showProblem(form, null);
    const element = ownWordsForm({
      purpose: 'change',
      api: desk.api,
      send: async (words) => {
        await desk.api.prepareChange(current, words);
        await desk.api.finishChange();
      },
      done,
      back: () => {
        part(view, 'paper').replaceChildren();
        show(form, true);
        field.focus();
      },
      uncertain,
    });
    part(view, 'paper').replaceChildren(element);
    show(form, false);
    part(element, 'passphrase').focus();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isMissing()) return;
    void act(form, async () => {
      write(form, 'working', t('desk.sign_in.working'));
      try {
        const { passphrase, recoveryWords } = await desk.api.prepareChange(field.value);
        field.value = '';
        const { element } = newSecretsView({
          purpose: 'change',
          groups: [
            { kind: 'passphrase', words: passphrase, asked: 2 },
            { kind: 'kit', words: recoveryWords, asked: 3 },
          ],
          facts: () => ({
            organisation: localText(desk.directory.organisation.names),
            name: desk.account.name,
          }),
          send: () => desk.api.finishChange(),
          done,
          uncertain,
        });
        part(view, 'paper').replaceChildren(element);
        show(form, false);
        part(element, 'groups').focus();
      } finally {
        write(form, 'working', '');
      }
    });
  });
}

function wireCodes(desk: Desk, view: HTMLElement): void {
  const section = part(view, 'codes');
  const draw = (): void => {
    const on = desk.account.oneTimeCode;
    write(section, 'codes-state', t(on ? 'desk.codes.on' : 'desk.codes.off'));
    showPart(section, 'codes-start', !on);
    showPart(section, 'codes-stop-form', on);
    showPart(section, 'codes-confirm-form', false);
  };
  onClick(section, 'codes-start', () =>
    send(section, async () => {
      const { uri, secret } = await desk.api.startOneTimeCode();
      part(section, 'qr').replaceChildren(qrPicture(uri, t('desk.codes.qr')));
      write(section, 'secret', secret.replace(/(.{4})(?=.)/g, '$1 '));
      showPart(section, 'codes-start', false);
      showPart(section, 'codes-confirm-form', true);
      part(section, 'confirm-code').focus();
    }),
  );
  const wire = (name: string, field: string, work: (code: string) => Promise<void>): void => {
    const form = part(section, name, HTMLFormElement);
    const input = part(form, field, HTMLInputElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send(form, async () => {
        await work(input.value.replace(/\D/g, ''));
        input.value = '';
        part(section, 'qr').replaceChildren();
        write(section, 'secret', '');
        draw();
        const said = t(desk.account.oneTimeCode ? 'desk.codes.now_on' : 'desk.codes.now_off');
        desk.say(said);
        part(section, 'codes-title').focus();
      });
    });
  };
  wire('codes-confirm-form', 'confirm-code', async (code) => {
    await desk.api.confirmOneTimeCode(code);
    desk.account.oneTimeCode = true;
  });
  wire('codes-stop-form', 'stop-code', async (code) => {
    await desk.api.stopOneTimeCode(code);
    desk.account.oneTimeCode = false;
  });
  draw();
}

function wireMail(desk: Desk, view: HTMLElement): void {
  showPart(view, 'mail-none', !desk.account.sendsMail);
  const form = part(view, 'mail-form', HTMLFormElement);
  const field = part(form, 'mail', HTMLInputElement);
  const draw = (): void => {
    field.value = desk.account.mail ?? '';
    showPart(form, 'mail-remove', desk.account.mail !== null);
  };
  const set = (mail: string | null): void => {
    void send(form, async () => {
      await desk.api.setMail(mail);
      desk.account.mail = mail;
      draw();
      write(form, 'mail-saved', t(mail === null ? 'desk.mail.removed' : 'desk.mail.saved'));
    });
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const mail = field.value.trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(mail)) {
      showProblem(form, t('desk.mail.wrong'));
      field.focus();
      return;
    }
    set(mail);
  });
  onClick(form, 'mail-remove', () => {
    set(null);
  });
  draw();
}
