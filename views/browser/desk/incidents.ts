import type { IncidentView } from '../../../client/models.js';
import { t } from '../strings.js';
import { wireConfirmation } from './confirmation.js';
import { dayText, momentText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, fillList, onClick, part, show, showPart, write } from './dom.js';
import { act, send, sessionEnded } from './failures.js';
import { incidentCases } from './incident-cases.js';
import { clockText, undecided } from './incident-clock.js';
import { authorityText, decisionsElement, subjectsText } from './incident-decisions.js';
import { otherDesksText } from './other-desks.js';
import { startElement } from './incident-start.js';
import { listText } from './texts.js';

/**
 * Keys in wrong hands: how it is started, and every incident with what is left to do about it.
 *
 * @param chosen whose keys, where somebody was chosen before.
 */
export function incidentsView(desk: Desk, chosen: string | null): HTMLElement {
  const view = copyTemplate('incidents');

  const load = async (): Promise<void> => {
    const [members, incidents] = [await desk.api.members(), await desk.api.incidents()];
    part(view, 'start-place').replaceChildren(
      startElement(desk, members, chosen, ({ id, name }) => {
        if (id === desk.account.id && desk.account.part === 'handler') {
          void afterOwn(name);
          return;
        }
        done(t('desk.incident.started', { name }));
      }),
    );
    fillList(part(view, 'incidents'), incidents, (each) => incidentItem(desk, each, done));
    showPart(view, 'none', incidents.length === 0);
    // whoever comes because the clock runs finds what is to be done before the form for another one
    const first = chosen === null && undecided(incidents).length > 0;
    const [start, list] = [part(view, 'start-place'), part(view, 'list')];
    if (first) list.after(start);
    else list.before(start);
  };

  /** The session is over, unless nobody else could go on. */
  const afterOwn = async (name: string): Promise<void> => {
    try {
      await desk.api.incidents();
    } catch (error) {
      if (sessionEnded(error)) {
        const desks = otherDesksText(desk.otherDesks);
        const others = desks === '' ? '' : ` ${t('desk.others.ended', { desks })}`;
        desk.end(t('desk.incident.ended'), `${t('desk.incident.ended_text')}${others}`);
        return;
      }
    }
    done(t('desk.incident.started', { name }));
  };

  const done = (said: string): void => {
    void act(view, async () => {
      desk.directoryChanged(await desk.api.directory());
      desk.incidentsChanged();
      await load();
      desk.say(said);
      part(view, 'heading').focus();
    });
  };

  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

function incidentItem(
  desk: Desk,
  incident: IncidentView,
  done: (said: string) => void,
): HTMLElement {
  const item = copyTemplate('incident');
  const { name, since } = incident;
  const decided = incident.authority !== null;
  write(item, 'name', name);
  write(item, 'part', t(`desk.part.${incident.part}`));
  write(item, 'state', t(decided ? 'desk.incident.decided' : 'desk.incident.running'));
  part(item, 'state').classList.toggle('strong', !decided);
  part(item, 'todo', HTMLDetailsElement).open = !decided;
  const clock = write(item, 'clock', decided ? '' : clockText(incident));
  show(clock, !decided);
  write(item, 'cause', t(`desk.incident.cause.${incident.cause}`));
  write(item, 'since', since === null ? t('desk.incident.since_unknown') : dayText(since));
  write(item, 'known', momentText(incident.knownAt));
  const opened = { at: momentText(incident.openedAt), name: incident.openedByName };
  write(item, 'opened', t('desk.incident.opened_text', opened));
  write(item, 'authority', authorityText(incident));
  write(item, 'subjects', subjectsText(incident));
  accountStep(desk, part(item, 'step-account'), incident, done);
  directoryStep(desk, part(item, 'step-directory'), incident, done);
  const place = part(item, 'cases-place');
  const reads = incident.part !== 'administrator';
  showPart(item, 'step-cases', reads);
  if (reads) place.replaceChildren(incidentCases(desk, incident));
  part(item, 'authority-place').replaceChildren(decisionsElement(desk, incident, done));
  return item;
}

function accountStep(
  desk: Desk,
  step: HTMLElement,
  incident: IncidentView,
  done: (said: string) => void,
): void {
  const { name, lock } = incident;
  const administrator = desk.account.part === 'administrator';
  const whose = incident.part === 'administrator' ? 'administrator' : 'handler';
  write(
    step,
    'account-text',
    lock === 'last'
      ? t(`desk.incident.lock.last_${whose}`, { name })
      : t(`desk.incident.lock.${lock}`, { name }),
  );
  showPart(step, 'lock', administrator && lock === 'open');
  showPart(step, 'unlock', administrator && lock === 'locked' && incident.reads !== 'left');
  onClick(step, 'lock', () =>
    send(step, async () => {
      await desk.api.lockAccount(incident.id);
      done(t('desk.incident.locked', { name }));
    }),
  );
  wireConfirmation(step, 'unlock', async () => {
    await desk.api.unlockAccount(incident.id);
    done(t('desk.incident.unlocked', { name }));
  });
}

function directoryStep(
  desk: Desk,
  step: HTMLElement,
  incident: IncidentView,
  done: (said: string) => void,
): void {
  const { name, reads } = incident;
  show(step, reads !== 'never');
  const administrator = desk.account.part === 'administrator';
  const way = administrator ? 'active_administrator' : 'active_handler';
  const administers = incident.part === 'administrator';
  const text = reads === 'active' ? way : 'left';
  write(
    step,
    'directory-text',
    administers
      ? t(`desk.team.incident_directory.${text}`, { name })
      : t(`desk.incident.directory.${text}`, { name }),
  );
  const names = listText(incident.letIn);
  const letIn = write(
    step,
    'let-in',
    t(administers ? 'desk.team.incident_let_in' : 'desk.incident.let_in', { name, names }),
  );
  show(letIn, incident.letIn.length > 0);
  const possible = administrator && reads === 'active' && incident.lock !== 'last';
  showPart(step, 'take-out', possible);
  write(
    step,
    'confirm-text',
    t(administers ? 'desk.team.incident_take_out' : 'desk.incident.take_out_text', { name }),
  );
  wireConfirmation(step, 'take-out', async () => {
    await desk.api.remove(incident.account);
    done(t('desk.people.removed', { name }));
  });
}
