import type { MembersView } from '../../../client/models.js';
import { t } from '../strings.js';
import { copyTemplate, part, showPart, write } from './dom.js';
import { localText, type Desk } from './desk.js';
import { act, showProblem } from './failures.js';
import { newSecretsView } from './new-secrets.js';

/** Where an administrator names the recovery officer: a key that exists on paper only. */
export function officerSection(
  desk: Desk,
  members: MembersView,
  done: (said: string) => void,
): HTMLElement {
  const section = copyTemplate('officer');
  const form = part(section, 'form', HTMLFormElement);
  const name = part(form, 'officer-name', HTMLInputElement);
  const readers = desk.directory.channels.flatMap((channel) => channel.readers);
  const officer = readers.find((reader) => reader.part === 'recovery_officer');
  const proposed = members.admissions.find((each) => each.part === 'recovery_officer');
  showPart(section, 'there', officer !== undefined);
  if (officer !== undefined) {
    write(section, 'there', t('desk.officer.there', { name: officer.name }));
  }
  showPart(section, 'form', officer === undefined && proposed === undefined);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const shownName = name.value.trim();
    if (shownName === '') {
      showProblem(form, t('desk.officer.name_missing'));
      name.focus();
      return;
    }
    void act(form, async () => {
      const { words, fingerprint } = await desk.api.prepareRecoveryOfficer();
      const { element } = newSecretsView({
        purpose: 'officer',
        groups: [{ kind: 'officer', words, fingerprint, asked: 4 }],
        facts: () => ({
          organisation: localText(desk.directory.organisation.names),
          name: shownName,
        }),
        send: () => desk.api.proposeRecoveryOfficer({ shownName }),
        done: () => {
          done(t('desk.officer.done', { name: shownName }));
        },
      });
      part(section, 'paper').replaceChildren(element);
      form.hidden = true;
      part(element, 'groups').focus();
    });
  });
  return section;
}
