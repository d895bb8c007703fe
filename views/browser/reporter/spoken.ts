import type { ReporterCaseView } from '../../../client/models.js';
import type { ReporterWord } from '../../../client/spoken/input.js';
import { errorText } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { byId, clone, fillSlot, show, slot, write } from './dom.js';
import { formatDay } from './format.js';
import { clearHints, hintFirst } from './personal-data.js';
import { optionText, transcriptName } from './spoken-lines.js';

type Transcript = ReporterCaseView['transcripts'][number];
type Meeting = ReporterCaseView['meetings'][number];

/** Where a reporter checks what was written down, and asks for meetings. */
export interface SpokenPart {
  /** Shows how things stand. What is being typed about a version stays while that is the newest. */
  draw(view: ReporterCaseView, words: string[]): void;
  /** Takes everything off the page. */
  forget(): void;
}

/** Prepares it. `onSaid` gets the case as it is then. */
export function createSpoken(
  api: Remote<ReporterApi>,
  onSaid: (view: ReporterCaseView) => void,
): SpokenPart {
  const form = byId('meeting-form', HTMLFormElement);
  const kind = byId('meeting-kind', HTMLSelectElement);
  const wishes = byId('meeting-text', HTMLTextAreaElement);
  let words: string[] = [];
  let isBusy = false;
  /** Texts begun about a version, by the hash of its entry. */
  const begun = new Map<string, string>();

  const say = async (word: ReporterWord, then: () => void): Promise<void> => {
    if (isBusy || words.length === 0) return;
    isBusy = true;
    show('spoken-error', false);
    write('spoken-said', t('spoken.sending'));
    const key = words;
    try {
      const view = await api.say(key, word);
      if (words !== key) return;
      then();
      onSaid(view);
      write('spoken-said', t('spoken.said'));
      byId('spoken-said').focus();
    } catch (error) {
      show('spoken-said', false);
      write('spoken-error', `${errorText(codeOf(error))} ${t('spoken.kept')}`);
      byId('spoken-error').focus();
    } finally {
      isBusy = false;
    }
  };

  const checkElement = (
    { id, newest, state }: Transcript,
    { writable, origin }: ReporterCaseView,
  ): HTMLElement => {
    const element = clone('check');
    const { version, hash, answer } = newest;
    const about = { transcript: id, version, hash };
    fillSlot(element, 'title', transcriptName(newest));
    fillSlot(element, 'asked', answer ? null : t('check.asked', { day: formatDay(newest.by) }));
    fillSlot(element, 'text', newest.text);
    const day = answer === null ? '' : formatDay(answer.on);
    fillSlot(element, 'state', t(`check.state.${state}`, { day }));
    fillSlot(element, 'made', origin.made === 'handler' ? t('check.made') : null);
    if (writable !== 'yes' || answer?.kind === 'agreed') {
      slot(element, 'answering').remove();
      return element;
    }
    const area = slot(element, 'words') as HTMLTextAreaElement;
    area.id = `check-${id}`;
    slot(element, 'label').setAttribute('for', area.id);
    area.value = begun.get(hash) ?? '';
    area.addEventListener('input', () => begun.set(hash, area.value));
    if (area.value !== '') area.closest('details')?.setAttribute('open', '');
    slot(element, 'agree').addEventListener('click', () => {
      void say({ kind: 'agreement', ...about }, () => begun.delete(hash));
    });
    slot(element, 'take').addEventListener('click', () => {
      area.value = newest.text;
      begun.set(hash, area.value);
      area.focus();
    });
    slot(element, 'rectify').addEventListener('click', () => {
      const text = area.value.trim();
      slot(element, 'empty').hidden = text !== '';
      if (text === '') area.focus();
      else void say({ kind: 'rectification', ...about, text }, () => begun.delete(hash));
    });
    return element;
  };

  const meetingElement = (meeting: Meeting, { writable }: ReporterCaseView): HTMLElement => {
    const element = clone('meeting');
    const { id, asked, proposal, state, agreed } = meeting;
    const form = agreed?.form ?? asked?.form ?? proposal?.options[0]?.form;
    fillSlot(element, 'title', form === undefined ? t('meeting.one') : t(`meeting.form.${form}`));
    fillSlot(element, 'wishes', asked === null || asked.text === '' ? null : asked.text);
    const option = agreed === null ? '' : optionText(agreed);
    fillSlot(element, 'state', t(`meeting.state.${state}`, { option }));
    fillSlot(element, 'said', proposal === null || proposal.text === '' ? null : proposal.text);
    const canSay = writable === 'yes';
    const isOpen = proposal !== null && agreed === null;
    const answer = (
      how: 'accepted' | 'other_times' | 'declined',
      chosen: number | null,
    ): ReporterWord => ({
      kind: 'meeting_answer',
      id,
      proposal: proposal?.hash ?? '',
      answer: how,
      chosen,
      text: '',
    });
    const list = slot(element, 'options');
    for (const [index, each] of (isOpen ? proposal.options : []).entries()) {
      const row = clone('meeting-time');
      fillSlot(row, 'text', optionText(each));
      const accept = slot(row, 'accept');
      accept.setAttribute('aria-label', `${t('meeting.accept')}: ${optionText(each)}`);
      accept.addEventListener('click', () => void say(answer('accepted', index), () => undefined));
      if (!canSay) accept.remove();
      list.append(row);
    }
    if (list.children.length === 0) list.remove();
    const isOver = state === 'declined' || state === 'withdrawn' || state === 'cancelled';
    const others = slot(element, 'others');
    others.addEventListener('click', () => void say(answer('other_times', null), () => undefined));
    if (!canSay || proposal === null || state === 'other_times' || isOver) others.remove();
    const off = slot(element, 'off');
    off.textContent = t(state === 'proposed' ? 'meeting.decline' : 'meeting.off');
    off.addEventListener('click', () => {
      const word: ReporterWord =
        state === 'proposed'
          ? answer('declined', null)
          : { kind: 'meeting_withdrawal', id, text: '' };
      void say(word, () => undefined);
    });
    if (!canSay || isOver) off.remove();
    return element;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isBusy || hintFirst(form)) return;
    const asked = kind.value as 'in_person' | 'phone' | 'video';
    const text = wishes.value.trim();
    void say({ kind: 'meeting_request', id: null, form: asked, text }, () => {
      wishes.value = '';
      clearHints();
      byId('meeting-ask', HTMLDetailsElement).open = false;
    });
  });

  return {
    draw(view, key) {
      words = key;
      const { transcripts, meetings, writable, state } = view;
      byId('check-list').replaceChildren(...transcripts.map((each) => checkElement(each, view)));
      show('checks', transcripts.length > 0);
      byId('meeting-list').replaceChildren(...meetings.map((each) => meetingElement(each, view)));
      const canAsk = writable === 'yes' && state === 'open';
      show('meeting-ask', canAsk);
      show('meetings-part', canAsk || meetings.length > 0);
    },
    forget() {
      words = [];
      begun.clear();
      wishes.value = '';
      clearHints();
      for (const id of ['check-list', 'meeting-list']) byId(id).replaceChildren();
      show('spoken-said', false);
      show('spoken-error', false);
    },
  };
}
