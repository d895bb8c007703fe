import type { GuestCaseView, GuestRow } from '../../../client/models.js';
import type { GuestTerms } from '../../../crypto/private.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { entryElements, type Covers } from './case-entries.js';
import { caseNotices } from './case-notices.js';
import { dayText } from './days.js';
import { channelName, type Desk } from './desk.js';
import {
  copyTemplate,
  fillList,
  focusHeading,
  onClick,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { act, send, showProblem } from './failures.js';
import { caseTitle } from './inbox-row.js';
import { noteForm, noteKey } from './note-form.js';
import type { WritingForm } from './writing.js';

/** The cases that somebody from outside the organisation was given. */
export function guestView(desk: Desk): HTMLElement {
  const view = copyTemplate('guest');
  const load = async (): Promise<void> => {
    const since = new Date().toISOString();
    const rows = await desk.api.guestCases();
    fillList(part(view, 'cases'), rows, (row) => rowItem(desk, row));
    showPart(view, 'none', rows.length === 0);
    const ids = rows.map(({ id }) => id);
    await desk.api.pruneDrafts(ids, since);
  };
  onClick(view, 'reload', () => act(view, load));
  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

/** How far a grant goes, in sentences. */
function termsText({ until, write: writes, save }: GuestTerms): string {
  return [
    t('desk.guest.until', { day: dayText(until) }),
    t(`desk.guest.${writes ? 'write' : 'read'}`),
    t(`desk.guest.${save ? 'save' : 'no_save'}`),
  ].join(' ');
}

function rowItem(desk: Desk, row: GuestRow): HTMLElement {
  const item = copyTemplate('guest-row');
  const day = dayText(row.receivedOn);
  write(item, 'title', t('desk.guest.row', { day }));
  write(item, 'channel', channelName(desk, row.channel));
  showPart(item, 'practice', row.practice);
  showPart(item, 'closed', row.closedOn !== null);
  showPart(item, 'waiting', !row.accepted);
  write(item, 'terms', termsText(row));
  part(item, 'open').setAttribute('aria-label', t('desk.guest.open_label', { day }));
  onClick(item, 'open', () => {
    desk.go({ view: 'guest-case', id: row.id });
  });
  return item;
}

/** One case as a guest reads it; before that, what the guest has to accept. */
export function guestCaseView(desk: Desk, id: string): HTMLElement {
  const view = copyTemplate('guest-case');
  const secrecy = part(view, 'secrecy', HTMLFormElement);
  let note: WritingForm | null = null;
  /** What the guest was shown, and accepts. */
  let offered: GuestTerms | null = null;
  let saves = false;

  /** A rule of this page: what it shows has been opened here already. */
  const takeSaving = (shown: HTMLElement): void => {
    if (saves) return;
    for (const save of shown.querySelectorAll('.file [data-part="download"]')) save.remove();
  };
  const covers: Covers = { shown: new Set(), drawn: takeSaving };

  const draw = ({ data, terms }: GuestCaseView): void => {
    keepPrivate(write(view, 'heading', caseTitle({ ...data, fault: null })));
    show(write(view, 'terms', termsText(terms)), true);
    part(view, 'notices').replaceChildren(
      ...caseNotices(desk, data, () => {
        void act(view, load);
      }),
    );
    for (const [name, compartment] of [
      ['conversation', 'dialogue'],
      ['notes', 'internal'],
    ] as const) {
      fillList(part(view, name), entryElements(desk, data, compartment, covers), (each) => each);
    }
    saves = terms.save;
    takeSaving(view);
    note?.update(data);
    show(secrecy, false);
    showPart(view, 'content', true);
  };
  const enter = async (opened: GuestCaseView): Promise<void> => {
    if (opened.terms.write && note === null) {
      note = noteForm(
        desk,
        id,
        await desk.api.draft(noteKey(id)),
        (...said) => desk.api.guestNote(id, ...said),
        (after, said) => {
          draw(after);
          desk.say(said);
        },
      );
      part(view, 'writing').replaceChildren(note.form);
    }
    draw(opened);
  };
  const offer = async (): Promise<void> => {
    offered = await desk.api.grantedTerms(id);
    show(write(view, 'terms', termsText(offered)), true);
  };
  const load = async (): Promise<void> => {
    try {
      await enter(await desk.api.openGuestCase(id));
    } catch (error) {
      if (codeOf(error) !== 'secrecy_not_accepted') throw error;
      await offer();
      write(view, 'heading', t('desk.guest.secrecy.title'));
      show(secrecy, true);
    }
    focusHeading(view);
  };

  onClick(view, 'back', () => {
    desk.go({ view: 'guest' });
  });
  const box = part(secrecy, 'accepted', HTMLInputElement);
  secrecy.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!box.checked) {
      showProblem(secrecy, t('desk.guest.secrecy.first'));
      box.focus();
      return;
    }
    void send(secrecy, async () => {
      if (offered === null) return;
      try {
        await enter(await desk.api.acceptSecrecy(id, offered, t('desk.guest.secrecy.text')));
      } catch (error) {
        if (codeOf(error) !== 'terms_changed') throw error;
        box.checked = false;
        await offer();
        throw error;
      }
      desk.say(t('desk.guest.secrecy.done'));
      focusHeading(view);
    });
  });
  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}
