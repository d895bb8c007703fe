import type { Category, GivenAnswer, Questionnaire, Relation } from '../../../client/models.js';
import type { RecordingInput } from '../../../client/desk/recording.js';
import { namedDay } from '../../../client/law/days.js';
import { questionForm } from '../questions/form.js';
import type { AnswerFiles, QuestionForm } from '../questions/messages.js';
import { createFileChoice, type FileChoice } from '../reporter/files.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { channelChoice } from './channel-choice.js';
import { categoryChoices, relationChoices, wayChoices, type ReportWay } from './choices.js';
import { dayText, today } from './days.js';
import { dutiesOf } from './deadlines.js';
import { localText, ruleOf, type Desk } from './desk.js';
import { copyTemplate, onClick, option, part, show, showPart, write } from './dom.js';
import { draftKeeper } from './draft-keeper.js';
import { act, report, showProblem } from './failures.js';
import { languageText } from './languages.js';
import { runSending } from './sending.js';
import { listText } from './texts.js';
import { paperPanel } from './words.js';

/** Under what the text of a report that is being recorded is kept. */
const DRAFT = 'recording';
/** Letters of answers that a draft has room for, as JSON. */
const MOST_ANSWERS = 20_000;
/** What is kept beside the text, the day, and who told it. */
const KEPT_FIELDS = ['channel', 'way', 'language', 'category', 'relation'] as const;
/** Words of a caller's key that are asked for, so that somebody has them. */
const ASKED = 3;
const STEPS = ['form', 'key-step', 'send-step', 'done-step'] as const;
type Step = (typeof STEPS)[number];

type Dates = Parameters<typeof dutiesOf>[0];

/** Which dates of a report received on a day are gone already, as a sentence; null for none. */
function goneDates(desk: Desk, id: string, receivedOn: string): string | null {
  const facts = {
    receivedOn,
    acknowledgedOn: null,
    acknowledgementWaived: false,
    feedbackExtendedTo: null,
  };
  const channel = desk.directory.channels.find((each) => each.id === id);
  const rule =
    channel === undefined
      ? null
      : ruleOf(desk, { country: channel.country, channel: id, receivedOn });
  const { acknowledgement, feedback } = dutiesOf(facts as Dates, rule);
  const gone = (['acknowledgement', 'feedback'] as const).flatMap((what) => {
    const duty = what === 'feedback' ? feedback : acknowledgement;
    const by = duty === null ? null : namedDay(duty, today()).by;
    return by !== null && by < today()
      ? [t(`desk.recording.gone.${what}`, { day: dayText(by) })]
      : [];
  });
  return gone.length === 0 ? null : t('desk.recording.gone', { dates: listText(gone) });
}

/** Sets a field as it was left, unless its choices have no such value any more. */
function setIfThere(field: HTMLInputElement | HTMLSelectElement, value: string | undefined): void {
  if (value === undefined || value === '') return;
  const offered =
    field instanceof HTMLInputElement || [...field.options].some((each) => each.value === value);
  if (offered) field.value = value;
}

/** Answers as a draft keeps them, which this desk wrote itself. */
function answersIn(kept: string): GivenAnswer[] {
  const read: unknown = JSON.parse(kept);
  return Array.isArray(read) ? (read as GivenAnswer[]) : [];
}

/** The page on which a handler records a report that came another way than through the channel. */
export function recordingView(desk: Desk): HTMLElement {
  const view = copyTemplate('recording');
  const form = part(view, 'form', HTMLFormElement);
  const select = (name: string): HTMLSelectElement => part(form, name, HTMLSelectElement);
  const channels = channelChoice(desk, form);
  const channel = channels.field;
  const received = part(form, 'received', HTMLInputElement);
  const text = part(form, 'text', HTMLTextAreaElement);
  const from = part(form, 'from', HTMLInputElement);
  const [keyYes, keyNo] = [
    part(form, 'key-yes', HTMLInputElement),
    part(form, 'key-no', HTMLInputElement),
  ];
  /** Of this report; the same as long as it is tried, so that nothing arrives twice. */
  let words: string[] | null = null;
  /** Whether the words were shown, so that somebody may have them. */
  let wordsShown = false;
  /** What the case says of its key that a try to send may have made already; null before any. */
  let triedWith: RecordingInput['key'] | null = null;
  let input: RecordingInput | null = null;
  let files: FileChoice | null = null;

  const kept = (): (HTMLInputElement | HTMLSelectElement)[] => [
    ...KEPT_FIELDS.map(select),
    received,
    from,
  ];
  /** What of an earlier draft was not kept: how many files, and which questions they answered. */
  let lost: { files: number; answers: GivenAnswer[] } = { files: 0, answers: [] };
  const chosenFields = (): Record<string, string> => ({
    ...Object.fromEntries(kept().map((field) => [field.dataset['part'] ?? '', field.value])),
    leftOut: leftOut().join(' '),
  });
  /** The choices of a form that nobody has touched. */
  let untouched = '';
  const keep = draftKeeper(desk, DRAFT, form, () => {
    const answers = own?.form.answers() ?? [];
    const fields = chosenFields();
    const chosenFiles = files?.originals().length ?? 0;
    const isBlank = text.value === '' && answers.length === 0 && chosenFiles === 0;
    if (isBlank && JSON.stringify(fields) === untouched) return null;
    // of answers that are files, that they were: the files are chosen anew after a return
    const left = lost.answers.filter(({ field }) => answers.every((each) => each.field !== field));
    const said = JSON.stringify(
      [...answers, ...left].map((each) => (each.is === 'files' ? { ...each, files: [] } : each)),
    );
    if (said.length <= MOST_ANSWERS) fields['answers'] = said;
    const lostFiles = Math.max(chosenFiles, lost.files);
    return { kind: 'note', text: text.value, outcome: null, files: [], lostFiles, fields };
  });
  const step = (name: Step): void => {
    for (const each of STEPS) showPart(view, each, each === name);
    const title = view.querySelector<HTMLElement>(`[data-part="${name.replace('step', 'title')}"]`);
    title?.focus();
  };

  for (const { value, label } of wayChoices()) select('way').append(option(value, label));
  for (const { value, label } of categoryChoices()) select('category').append(option(value, label));
  for (const { value, label } of relationChoices()) select('relation').append(option(value, label));
  select('category').value = 'unknown';
  select('relation').value = 'not_said';
  received.max = today();
  received.value = today();

  const showLost = (): void => {
    write(form, 'files-lost', plural('desk.recording.files_lost', lost.files));
    showPart(form, 'files-lost', lost.files > 0);
  };
  const leftOut = (): string[] =>
    [...part(form, 'readers').querySelectorAll('input')].flatMap((box) =>
      box.checked ? [box.value] : [],
    );
  const drawDates = (): void => {
    const isPast = received.value !== '' && received.value <= today();
    const gone = isPast ? goneDates(desk, channel.value, received.value) : null;
    write(form, 'dates', gone ?? '');
    showPart(form, 'dates', gone !== null);
  };
  /** The channel's own questions, in the language of the report; null where it has none. */
  let own: { channel: string; questions: Questionnaire; form: QuestionForm } | null = null;
  // the page's list of files is made once its markup stands in the page
  const answerFiles = (of: string): AnswerFiles => ({
    add: (field, chosen) => files?.answers(of).add(field, chosen) ?? '',
    of: (field) => files?.answers(of).of(field) ?? [],
    picking: () => undefined,
    // at the desk nobody is recorded: a recording comes as a file
    voice: null,
  });
  const drawQuestions = (): void => {
    const { id, questionnaire } = channels.chosen() ?? { id: '', questionnaire: null };
    const before = own?.channel === id ? own.form.answers() : [];
    own = questionnaire && {
      channel: id,
      questions: questionnaire,
      form: questionForm({
        questions: questionnaire,
        language: select('language').value,
        onChange: keep,
        files: answerFiles(id),
      }),
    };
    own?.form.fill(before);
    part(form, 'questions').replaceChildren(...(own === null ? [] : [own.form.element]));
    files?.redraw();
  };
  const drawChannel = (): void => {
    const chosen = channels.chosen();
    const before = new Set(leftOut());
    const language = select('language').value;
    showPart(form, 'practice', chosen?.published === false);
    select('language').replaceChildren(
      ...(chosen?.languages ?? []).map((each) => option(each, languageText(each))),
    );
    setIfThere(select('language'), language);
    const others = (chosen?.readers ?? []).filter(({ id }) => id !== desk.account.id);
    part(form, 'readers').replaceChildren(
      ...others.map(({ id, name }) => {
        const item = copyTemplate('recording-reader');
        const box = part(item, 'box', HTMLInputElement);
        box.value = id;
        box.checked = before.has(id);
        keepPrivate(write(item, 'name', name));
        return item;
      }),
    );
    showPart(form, 'readers-field', others.length > 0);
    drawQuestions();
    drawDates();
  };
  channel.addEventListener('change', drawChannel);
  select('language').addEventListener('change', drawQuestions);
  received.addEventListener('change', drawDates);
  for (const field of [text, ...kept()]) {
    field.addEventListener(field instanceof HTMLSelectElement ? 'change' : 'input', keep);
  }
  part(form, 'readers').addEventListener('change', keep);
  drawChannel();
  untouched = JSON.stringify(chosenFields());

  const keyChosen = (): RecordingInput['key'] => (keyYes.checked ? 'handed_over' : 'not_kept');

  /** What is missing, with the field in which; null where nothing is. */
  const missing = (): [HTMLElement, string] | null => {
    const noChannel = channels.missing();
    if (noChannel !== null) return [channel, noChannel];
    if (received.value === '' || received.value > today()) {
      return [received, t('desk.recording.received_wrong')];
    }
    if (text.value.trim() === '') return [text, t('desk.recording.text_missing')];
    if (!keyYes.checked && !keyNo.checked) return [keyYes, t('desk.recording.key_missing')];
    // what arrived says what was done with the key, and new words would make a second case
    if (triedWith !== null && triedWith !== keyChosen()) {
      return [keyYes, t(`desk.recording.key_tried.${triedWith}`)];
    }
    return null;
  };

  const inputOf = (key: readonly string[]): RecordingInput => ({
    words: [...key],
    channel: channel.value,
    language: select('language').value,
    category: select('category').value as Category,
    relation: select('relation').value as Relation,
    text: text.value.trim(),
    answers: {},
    form: own && { questions: own.questions, answers: own.form.answers() },
    leftOut: leftOut(),
    shown: channels.chosen()?.readers.map(({ id }) => id) ?? [],
    way: select('way').value as ReportWay,
    receivedOn: received.value,
    key: keyChosen(),
  });

  const toSending = (): void => {
    part(view, 'paper').replaceChildren();
    write(view, 'send-text', t(`desk.recording.send.${keyChosen()}`));
    step('send-step');
  };

  const toKey = (key: readonly string[]): void => {
    const panel = paperPanel(
      [{ kind: 'caller', words: key, asked: ASKED }],
      () => ({ organisation: localText(desk.directory.organisation.names), name: null }),
      toSending,
    );
    part(view, 'paper').replaceChildren(panel);
    wordsShown = true;
    step('key-step');
  };

  const next = async (): Promise<void> => {
    const fault = missing();
    showProblem(form, fault?.[1] ?? null);
    for (const field of [channel, received, text, keyYes]) {
      field.setAttribute('aria-invalid', String(field === fault?.[0]));
    }
    fault?.[0].focus();
    if (fault !== null || files === null || !(await files.settle())) return;
    // a key that nobody gets is one that nobody was shown
    if (keyNo.checked && wordsShown) {
      words = null;
      wordsShown = false;
    }
    words ??= await desk.api.newCallerKey();
    input = inputOf(words);
    if (keyYes.checked) toKey(words);
    else toSending();
  };

  const finish = ({ id }: { id: string }, recorded: RecordingInput): void => {
    words = null;
    wordsShown = false;
    triedWith = null;
    input = null;
    for (const field of [text, from]) field.value = '';
    own?.form.fill([]);
    lost = { files: 0, answers: [] };
    files?.clear();
    untouched = JSON.stringify(chosenFields());
    keep();
    // the list is asked for anew, since it does not have the case yet
    desk.inbox.loadedAt = null;
    write(view, 'done-text', t('desk.recording.done', { day: dayText(recorded.receivedOn) }));
    write(view, 'done-key', t(`desk.recording.done.${recorded.key}`));
    onClick(view, 'open', () => {
      desk.go({ view: 'case', id });
    });
    step('done-step');
  };

  /** Who passed it on, as a note in the case; whether it could be written. */
  const noteSource = async (id: string, who: string, signal: AbortSignal): Promise<boolean> => {
    try {
      const note = t('desk.recording.from_note', { who });
      await desk.api.note(id, note, [], () => undefined, signal);
      return true;
    } catch (error) {
      report(error);
      return false;
    }
  };

  const send = async (): Promise<void> => {
    const [recorded, ready] = [input, files?.ready() ?? null];
    if (recorded === null || ready === null) return;
    const made = await runSending(part(view, 'send-step'), async (onProgress, signal) => {
      const progress: typeof onProgress = (now) => {
        // from here on it may have arrived, whatever comes back
        if (now.step === 'sending') triedWith = recorded.key;
        onProgress(now);
      };
      const recording = await desk.api.record(recorded, ready, progress, signal);
      const who = from.value.trim();
      // before the case can be opened from here, so that whoever does finds the note in it
      showPart(view, 'note-problem', who !== '' && !(await noteSource(recording.id, who, signal)));
      return recording;
    });
    if (made !== null) finish(made, recorded);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void act(form, next);
  });
  onClick(view, 'send', send);
  onClick(view, 'back', async () => {
    showProblem(part(view, 'send-step'), null);
    step('form');
    text.focus();
    // who reads may have changed, which is why it was not sent
    desk.directoryChanged(await desk.api.directory());
    drawChannel();
  });
  desk.api.draft(DRAFT).then((draft) => {
    if (draft === null || text.value !== '' || from.value !== '') return;
    text.value = draft.text;
    lost.files = draft.lostFiles ?? 0;
    showLost();
    const { fields = {} } = draft;
    // the channel decides which languages there are
    if (fields['channel'] !== undefined) channels.choose(fields['channel']);
    drawChannel();
    for (const field of kept()) setIfThere(field, fields[field.dataset['part'] ?? '']);
    drawQuestions();
    if (fields['answers'] !== undefined) {
      const answers = answersIn(fields['answers']);
      lost.answers = answers.filter(({ is }) => is === 'files');
      own?.form.fill(answers);
    }
    const out = fields['leftOut']?.split(' ') ?? [];
    for (const box of part(form, 'readers').querySelectorAll('input')) {
      box.checked = out.includes(box.value);
    }
    drawDates();
  }, report);
  // its markup must stand in the page first
  queueMicrotask(() => {
    if (!view.isConnected) return;
    files = createFileChoice({
      onChange() {
        const now = files?.originals().length ?? 0;
        if (now >= lost.files) lost.files = 0;
        showLost();
        own?.form.refresh();
        keep();
      },
      onPicking: () => undefined,
      questionOf: (of, id) => (own?.channel === of ? own.form.questionOf(id) : null),
    });
    files.limit(desk.directory.maxFileBytes);
    show(part(view, 'form'), true);
  });
  return view;
}
