import type {
  AccountView,
  DirectoryChange,
  DirectoryView,
  HandbookView,
} from '../../../client/models.js';
import { coverWhileHidden } from '../cover.js';
import { callWorker, startWorker } from '../rpc.js';
import { plural, t } from '../strings.js';
import type { DeskApi } from '../desk/api.js';
import { countryRules } from '../desk/country-rules.js';
import { newInboxMemory, type Desk, type Place } from '../desk/desk.js';
import { useTimeZone } from '../desk/days.js';
import { showChanges } from '../desk/changes.js';
import { namesOf } from '../desk/audit-lines.js';
import { copyTemplate, element, focusHeading, onClick, part, show, write } from '../desk/dom.js';
import { CHANGED_TEXTS } from '../desk/export-redacted.js';
import { onSessionEnd, report, sessionEnded } from '../desk/failures.js';
import { LOCK_MINUTES, watchIdleness } from '../desk/idle-lock.js';
import { showLogFindings } from '../desk/log-findings.js';
import { keepShelf } from '../desk/shelf.js';
import { openShell } from '../desk/shell.js';
import { showSignIn } from '../desk/sign-in.js';
import { accountView } from '../desk/account.js';
import { auditView } from '../desk/audit.js';
import { caseView } from '../desk/case.js';
import { conflictView } from '../desk/conflict.js';
import { custodyView } from '../desk/custody.js';
import { guestCaseView, guestView } from '../desk/guest.js';
import { channelView } from '../desk/channel.js';
import { handbookView, tellHandbook } from '../desk/handbook.js';
import { handoverView } from '../desk/handover.js';
import { inboxView } from '../desk/inbox.js';
import { keepClocks } from '../desk/incident-clock.js';
import { incidentsView } from '../desk/incidents.js';
import { offerRenewal } from '../desk/leavers.js';
import { tellRemovalWait } from '../desk/removal-wait.js';
import { peopleView } from '../desk/people.js';
import { figuresView } from '../desk/figures.js';
import { dataRequestView } from '../desk/data-request.js';
import { recordingView } from '../desk/recording.js';
import { requestsView } from '../desk/requests.js';
import { reviewView } from '../desk/review.js';

coverWhileHidden();

/** Nothing kept. */
const NO_SHELF = { drafts: [], desks: [] };
/** Only administrators and handlers have business with incidents, and clocks of theirs. */
const NO_CLOCKS = { refresh: () => undefined, stop: () => undefined };

const worker = startWorker();
const api = callWorker<DeskApi>(worker);

showSignIn({ api, place: part(document, 'entrance'), onSignedIn: open });

async function open(account: AccountView): Promise<void> {
  useTimeZone(account.timeZone);
  const changes = await api.directoryChanges();
  const [directory, handbook, absences, kept] = await Promise.all([
    api.directory(),
    api.handbook(),
    api.absences(),
    // what cannot be had now is asked for when it is saved, which says what is wrong
    api.openShelf().catch(() => NO_SHELF),
  ]);
  const desk: Desk = createDesk(account, directory, handbook);
  desk.absences = absences;
  const shell = openShell(
    () => desk,
    (place) => {
      void shelf.save();
      desk.unsent.delete(CHANGED_TEXTS);
      return render(desk, place);
    },
    {
      lock: () => void close(t('desk.lock.locked'), t('desk.lock.asked')),
      signOut: () => void close(t('desk.lock.signed_out'), t('desk.lock.asked')),
    },
  );

  function createDesk(who: AccountView, newest: DirectoryView, words: HandbookView): Desk {
    return {
      api,
      account: who,
      directory: newest,
      handbook: words,
      absences: [],
      rules: countryRules(),
      inbox: newInboxMemory(),
      unsent: new Map(),
      drafts: new Set(kept.drafts),
      otherDesks: kept.desks,
      go: (place) => {
        shell.go(place);
      },
      say: (text) => {
        shell.say(text);
      },
      setWaiting: (count) => {
        shell.setWaiting(count);
      },
      directoryChanged: (changed) => {
        desk.directory = changed;
        shell.refreshOrganisation();
      },
      otherDesksChanged: (changed) => {
        desk.otherDesks = changed;
        shell.refreshOrganisation();
      },
      handbookChanged: (changed) => {
        desk.handbook = changed;
        tellHandbook(desk, part(document, 'handbook-notice'));
      },
      incidentsChanged: () => {
        clocks.refresh();
      },
      casesRenewed: () => {
        part(document, 'leavers').replaceChildren();
      },
      end: (title, text) => void close(title, text),
    };
  }
  const shelf = keepShelf(desk, part(document, 'shelf-notice'));
  const runsTheDesk = account.part === 'administrator' || account.part === 'handler';
  const clocks = runsTheDesk ? keepClocks(desk, part(document, 'clocks')) : NO_CLOCKS;

  const stopWatching = watchIdleness({
    warn: (seconds) => {
      const box = part(document, 'idle');
      // once a second would be read out once a second
      if (box.hidden) write(box, 'idle-text', plural('desk.lock.warning', seconds));
      show(box, true);
    },
    unwarn: () => {
      show(part(document, 'idle'), false);
    },
    lock: () => void close(t('desk.lock.locked'), t('desk.lock.idle', { minutes: LOCK_MINUTES })),
  });
  onSessionEnd(() => void close(t('desk.lock.locked'), t('desk.lock.session')));

  const keepOpen = (event: BeforeUnloadEvent): void => {
    if (desk.unsent.size > 0) event.preventDefault();
  };
  window.addEventListener('beforeunload', keepOpen);

  let closed = false;
  /** Wipes everything: the worker and its memory, then what stands on the page. */
  async function close(title: string, text: string): Promise<void> {
    if (closed) return;
    closed = true;
    stopWatching();
    clocks.stop();
    shelf.stop();
    window.removeEventListener('beforeunload', keepOpen);
    const view = copyTemplate('locked');
    write(view, 'title', title);
    write(view, 'text', text);
    onClick(view, 'again', () => {
      location.reload();
    });
    document.body.replaceChildren(view);
    document.title = t('desk.title.sign_in');
    focusHeading(view);
    await Promise.race([
      shelf
        .save()
        .then(() => api.signOut())
        .catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 3000)),
    ]);
    worker.terminate();
  }

  tellHandbook(desk, part(document, 'handbook-notice'));
  tellRemovalWait(desk, part(document, 'removal'));
  offerRenewal(desk, part(document, 'leavers'));
  const tellChanges = (unread: readonly DirectoryChange[]): void => {
    showChanges(part(document, 'changes'), unread, (version) => api.noteChangesRead(version));
  };
  tellChanges(changes);
  api
    .followDirectory((newest, unread) => {
      desk.directoryChanged(newest);
      // administrators publish themselves: they are told at the next sign-in
      if (account.part === 'administrator') return;
      tellChanges(unread);
      desk.say(t('desk.changes.title'));
    })
    .catch(report);
  if (runsTheDesk || account.part === 'auditor') void signLog(desk);
  const first = {
    handler: 'inbox',
    custodian: 'custody',
    administrator: 'people',
    guest: 'guest',
    auditor: 'audit',
  } as const;
  shell.go({ view: first[account.part] });
}

/**
 * Follows and signs the log once somebody has signed in, beside everything else: nobody waits for it.
 * What contradicts it, or that it could not be looked at, stands above every view.
 */
async function signLog(desk: Desk): Promise<void> {
  const place = part(document, 'log-notice');
  try {
    const findings = await desk.api.signLog();
    if (findings.length > 0) showLogFindings(place, findings, await namesOf(desk));
  } catch (error) {
    if (!sessionEnded(error)) {
      place.replaceChildren(element('p', t('desk.log.unchecked'), 'notice banner'));
    }
    report(error);
  }
}

function render(desk: Desk, place: Place): HTMLElement {
  switch (place.view) {
    case 'inbox':
      return inboxView(desk);
    case 'case':
      return caseView(desk, place.id);
    case 'people':
      return peopleView(desk);
    case 'channel':
      return channelView(desk);
    case 'audit':
      return auditView(desk);
    case 'incidents':
      return incidentsView(desk, place.chosen ?? null);
    case 'handover':
      return handoverView(desk);
    case 'conflict':
      return conflictView(desk, place.ids);
    case 'figures':
      return figuresView(desk);
    case 'requests':
      return requestsView(desk);
    case 'handbook':
      return handbookView(desk);
    case 'data-request':
      return dataRequestView(desk);
    case 'recording':
      return recordingView(desk);
    case 'review':
      return reviewView(desk);
    case 'custody':
      return custodyView(desk);
    case 'guest':
      return guestView(desk);
    case 'guest-case':
      return guestCaseView(desk, place.id);
    case 'account':
      return accountView(desk);
  }
}
