import { nobodyReads } from '../../../client/casework/consent.js';
import type { HandlerWord } from '../../../client/casework/words.js';
import type { HandlerCaseView } from '../../../client/models.js';
import type { PaperCheck } from '../../../crypto/private.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { block, wireBlocked } from './blocked.js';
import {
  begunText,
  caseworkWriter,
  foldedForm,
  neededValue,
  setValue,
  valueOf,
} from './casework-form.js';
import { meetingFormChoices, transcriptFormChoices, type MeetingForm } from './choices.js';
import type { TranscriptForm } from './choices.js';
import { dayText, today } from './days.js';
import type { Changed, Desk } from './desk.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  ownIds,
  part,
  showPart,
  write,
} from './dom.js';
import { keepForm } from './draft-keeper.js';
import { send, showProblem } from './failures.js';
import { recordItem } from './record-item.js';
import {
  meetingState,
  optionText,
  paperLine,
  transcriptName,
  transcriptState,
} from './spoken-lines.js';
import { isOutside } from './told-fields.js';

/** Days that a reporter is given to check what was written down, unless somebody changes them. */
const CHECK_DAYS = 14;
/** Most times in one proposal, as the protocol has it. */
const MOST_OPTIONS = 10;

type Data = HandlerCaseView;
type Meeting = Data['meetings'][number];
type Transcript = Data['transcripts'][number];

/** The panel of a case with its meetings, and with what was written down of what was spoken. */
export interface SpokenPanel {
  readonly panel: HTMLElement;
  /** Shows things as they stand. What is being typed stays. */
  update(data: Data): void;
  /** Brings back a transcript that was begun before, once the case is shown, and keeps what is typed. */
  restore(): Promise<void>;
  /** What waits for a handler. */
  waiting(data: Data): number;
}

function daysFromNow(count: number): string {
  const day = new Date();
  day.setDate(day.getDate() + count);
  return today(day);
}

/** Whether a meeting can be arranged in the case. One arranged outside is noted all the same. */
function canMeet(data: Data | null): boolean {
  return data?.state === 'open' && !nobodyReads(data);
}

/** Whether what was spoken can be written down in the case. */
function canWriteDown(data: Data | null): boolean {
  return data?.state === 'open' && (!nobodyReads(data) || isOutside(data));
}

/** Whether a meeting waits for a word of a handler, who has not noted either what came of it. */
function waits({ state, heldOn, notHeldOn }: Meeting): boolean {
  return (state === 'asked' || state === 'other_times') && heldOn === null && notHeldOn === null;
}

/** The name of a meeting in lists of them: which kind, asked for or begun when. */
function meetingName({ asked, proposal, on, agreed }: Meeting): string {
  const form = agreed?.form ?? asked?.form ?? proposal?.options[0]?.form;
  const kind = form === undefined ? t('desk.meeting.one') : t(`desk.meeting.form.${form}`);
  return t('desk.meeting.name', { kind, day: dayText(asked?.on ?? proposal?.on ?? on) });
}

/** See {@link SpokenPanel}. */
export function spokenPanel(desk: Desk, id: string, changed: Changed): SpokenPanel {
  const panel = copyTemplate('case-spoken');
  const work = caseworkWriter(desk, id, changed);
  const tell = async (word: HandlerWord): Promise<void> => {
    const done = isOutside(shown) ? 'desk.write.done.outside' : 'desk.spoken.sent';
    changed(await desk.api.tell(id, word), t(done));
  };
  let shown: Data | null = null;
  wireBlocked(panel);

  const proposal = wireProposal(panel, desk.account.timeZone, tell, () => shown);
  const held = foldedForm(
    panel,
    'held-form',
    (form) => {
      const meeting = neededValue(form, 'meeting', t('desk.meeting.which_missing'));
      const on = neededValue(form, 'on', t('desk.dates.day_missing'));
      if (meeting === null || on === null) return null;
      const state = valueOf(form, 'state') === 'held' ? 'held' : 'not_held';
      return { kind: 'meeting_held', id: meeting, on, state };
    },
    work,
  );
  const transcript = wireTranscript(panel, tell, () => shown);

  const meetingItem = (meeting: Meeting): HTMLElement => {
    const { asked, agreed, state } = meeting;
    const due = shown?.dates.find(
      ({ what, from, doneOn }) => what === 'meeting' && doneOn === null && from === asked?.on,
    );
    const open = !['declined', 'withdrawn', 'cancelled'].includes(state);
    const actions = [
      {
        label: t('desk.meeting.propose'),
        run() {
          proposal(meeting.id);
        },
      },
      ...(open && meeting.heldOn === null
        ? [
            {
              label: t('desk.meeting.call_off'),
              run: () => tell({ kind: 'meeting_cancellation', id: meeting.id, text: '' }),
            },
          ]
        : []),
    ];
    return recordItem({
      name: meetingName(meeting),
      state: meetingState(meeting),
      due: agreed === null ? (due?.by ?? null) : null,
      lines: [
        asked?.text ?? '',
        ...(agreed === null
          ? (meeting.proposal?.options ?? []).map(optionText)
          : [t('desk.meeting.agreed_line', { option: optionText(agreed) })]),
        meeting.heldOn === null
          ? ''
          : t('desk.meeting.held_line', { day: dayText(meeting.heldOn) }),
      ],
      actions: canMeet(shown) ? actions : [],
    });
  };

  const transcriptItem = (each: Transcript): HTMLElement => {
    const { newest, state } = each;
    const rectified = newest.answer?.kind === 'rectified' ? newest.answer.text : '';
    return recordItem({
      name: transcriptName(newest),
      state: transcriptState(each, today()),
      due: newest.answer === null && newest.paper === null ? newest.by : null,
      lines: [
        paperLine(newest),
        ...(rectified === '' ? [] : [t('desk.transcript.rectified_line'), rectified]),
        ...(state === 'agreed_handler_key' ? [t('desk.transcript.handler_key_line')] : []),
      ],
      actions: canWriteDown(shown)
        ? [
            {
              label:
                isOutside(shown) && newest.paper === null
                  ? t('desk.transcript.paper.note')
                  : t('desk.transcript.next'),
              run() {
                transcript.next(each);
              },
            },
          ]
        : [],
    });
  };

  return {
    panel,
    update(data) {
      shown = data;
      const { meetings, transcripts } = data;
      const unread = nobodyReads(data);
      const outside = isOutside(data);
      showPart(panel, 'unread', unread);
      showPart(panel, 'meetings-lead', !unread);
      for (const name of ['lead', 'new', 'send', 'none'] as const) {
        const words = t(`desk.transcript.${name}${outside ? '_outside' : ''}`);
        write(panel, name === 'none' ? 'no-transcripts' : `transcript-${name}`, words);
      }
      fillList(part(panel, 'meetings'), meetings, meetingItem);
      showPart(panel, 'no-meetings', meetings.length === 0);
      fillList(part(panel, 'transcripts'), transcripts, transcriptItem);
      showPart(panel, 'no-transcripts', transcripts.length === 0);
      showPart(panel, 'open-only', data.state === 'open');
      showPart(panel, 'proposal-fold', canMeet(data));
      showPart(panel, 'transcript-open-only', canWriteDown(data));
      transcript.fit();
      const names = meetings.map((each) => option(each.id, meetingName(each)));
      const which = part(part(panel, 'proposal-form'), 'meeting', HTMLSelectElement);
      const chosen = which.value;
      which.replaceChildren(
        ...names.map((each) => each.cloneNode(true)),
        option('', t('desk.meeting.new')),
      );
      const waiting = meetings.find(waits)?.id ?? '';
      which.value = meetings.some((each) => each.id === chosen) ? chosen : waiting;
      part(held.form, 'meeting', HTMLSelectElement).replaceChildren(...names);
      showPart(panel, 'held-fold', meetings.length > 0);
      block(panel, data);
    },
    restore: () =>
      keepForm(desk, `${id} transcript`, part(panel, 'transcript-form'), [
        ...['transcript-id', 'form', 'held', 'by', 'paper', 'paper-on'],
      ]),
    waiting: ({ meetings, transcripts }) =>
      meetings.filter(waits).length +
      transcripts.filter(({ state }) => state === 'rectified').length,
  };
}

/** Wires a form that says something to the reporter, inside a `details` that it then folds. */
function wireWord(
  form: HTMLFormElement,
  make: () => HandlerWord | null,
  tell: (word: HandlerWord) => Promise<void>,
  empty: () => void,
): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const word = make();
    if (word === null) return;
    void send(form, async () => {
      await tell(word);
      empty();
      const fold = form.closest('details');
      if (fold !== null) fold.open = false;
    });
  });
}

/** The form for times; what it gives back opens it for a meeting. */
function wireProposal(
  panel: HTMLElement,
  timeZone: string,
  tell: (word: HandlerWord) => Promise<void>,
  data: () => Data | null,
): (id: string) => void {
  const form = part(panel, 'proposal-form', HTMLFormElement);
  const rows = part(form, 'options');
  const add = (): void => {
    const row = ownIds(copyTemplate('meeting-option'));
    const number = rows.children.length + 1;
    write(row, 'legend', t('desk.meeting.option', { number }));
    const asked = data()?.meetings.find(waits)?.asked?.form;
    const select = part(row, 'form', HTMLSelectElement);
    for (const { value, label } of meetingFormChoices()) select.append(option(value, label));
    if (asked !== undefined) select.value = asked;
    for (const name of ['form', 'day', 'time', 'place']) {
      const field = part(row, name);
      field.id = `meeting-${name}-${String(number)}`;
      row.querySelector(`[data-for="${name}"]`)?.setAttribute('for', field.id);
    }
    rows.append(row);
    showPart(form, 'add-option', number < MOST_OPTIONS);
  };
  const empty = (): void => {
    form.reset();
    rows.replaceChildren();
    add();
    setValue(form, 'zone', timeZone);
  };
  onClick(form, 'add-option', add);
  wireWord(
    form,
    () => {
      const given = [...rows.children].flatMap((row) => {
        const value = (name: string): string => valueOf(row as HTMLElement, name);
        const [day, time, place] = [value('day'), value('time'), value('place')];
        // a row that nobody touched says nothing
        if (day === '' && time === '' && place === '') return [];
        const option = { day, time: time.slice(0, 5), place, zone: valueOf(form, 'zone') };
        return [{ ...option, form: value('form') as MeetingForm }];
      });
      const whole = given.every(({ day, time, place }) => day && time && place);
      if (given.length === 0 || !whole) {
        showProblem(form, t('desk.meeting.option_missing'));
        return null;
      }
      const id = valueOf(form, 'meeting');
      const text = valueOf(form, 'text');
      return { kind: 'meeting_proposal', id: id === '' ? null : id, options: given, text };
    },
    tell,
    empty,
  );
  empty();
  return (id) => {
    setValue(form, 'meeting', id);
    open(form);
  };
}

/** The form for transcripts; `next` opens it for the next version of one, `fit` fits it to the case. */
function wireTranscript(
  panel: HTMLElement,
  tell: (word: HandlerWord) => Promise<void>,
  data: () => Data | null,
): { next(before: Transcript): void; fit(): void } {
  const form = part(panel, 'transcript-form', HTMLFormElement);
  const select = part(form, 'form', HTMLSelectElement);
  const begun = begunText(form);
  for (const { value, label } of transcriptFormChoices()) select.append(option(value, label));
  const empty = (): void => {
    form.reset();
    begun.filled();
    showProblem(form, null);
    setValue(form, 'transcript-id', '');
    setValue(form, 'held', today());
    setValue(form, 'by', daysFromNow(CHECK_DAYS));
    setValue(form, 'paper-on', today());
    fit();
  };
  /** Says which version of what this is, where it is not the first of something new. */
  const drawNext = (): void => {
    const id = valueOf(form, 'transcript-id');
    const newest = data()?.transcripts.find((each) => each.id === id)?.newest;
    showPart(form, 'next-version', newest !== undefined);
    if (newest === undefined) return;
    const which = isOutside(data()) ? 'paper.next_version' : 'next_version';
    const number = newest.version + 1;
    const note = write(form, 'next-version', t(`desk.transcript.${which}`, { number }));
    if (newest.answer?.kind !== 'rectified') return;
    note.append(' ', keepPrivate(element('span', newest.answer.text, 'written')));
  };
  /** Asks what became of it on paper where nobody can answer through the case, and no day to wait for. */
  const fit = (): void => {
    const outside = isOutside(data());
    const isKnown = outside && valueOf(form, 'paper') !== '';
    showPart(form, 'paper-fields', outside);
    showPart(form, 'paper-on-field', isKnown);
    showPart(form, 'by-field', !isKnown);
    drawNext();
  };
  const readPaper = (): PaperCheck | 'absent' | null => {
    const answer = isOutside(data()) ? valueOf(form, 'paper') : '';
    if (answer === '') return 'absent';
    const on = neededValue(form, 'paper-on', t('desk.dates.day_missing'));
    return on === null ? null : ({ answer, on } as PaperCheck);
  };
  form.addEventListener('change', fit);
  wireWord(
    form,
    () => {
      const heldOn = neededValue(form, 'held', t('desk.dates.day_missing'));
      if (heldOn === null) return null;
      if (heldOn > today()) {
        showProblem(form, t('desk.transcript.held_wrong'));
        return null;
      }
      const paper = readPaper();
      if (paper === null) return null;
      const isKnown = paper !== 'absent';
      const by = isKnown ? paper.on : neededValue(form, 'by', t('desk.dates.day_missing'));
      const text = neededValue(form, 'text', t('desk.transcript.text_missing'));
      if (by === null || text === null) return null;
      const id = valueOf(form, 'transcript-id');
      const kind = select.value as TranscriptForm;
      const word = { kind: 'transcript', id: id === '' ? null : id, form: kind } as const;
      return { ...word, heldOn, by, text, ...(isKnown ? { paper } : {}) };
    },
    tell,
    empty,
  );
  empty();
  return {
    fit,
    next({ id, newest }) {
      if (begun.is()) {
        showProblem(form, t('desk.record.begun'));
        open(form);
        return;
      }
      empty();
      setValue(form, 'transcript-id', id);
      select.value = newest.form;
      setValue(form, 'held', newest.heldOn);
      setValue(form, 'text', newest.text);
      begun.filled();
      drawNext();
      open(form);
    },
  };
}

function open(form: HTMLFormElement): void {
  const fold = form.closest('details');
  if (fold !== null) fold.open = true;
  form.scrollIntoView({ block: 'nearest' });
  form.querySelector<HTMLElement>('select, input:not([hidden]), textarea')?.focus();
}
