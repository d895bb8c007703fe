import type { DataRequestInput } from '../../../client/desk/recording.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { neededValue, setValue, valueOf } from './casework-form.js';
import { channelChoice } from './channel-choice.js';
import { rightChoices } from './choices.js';
import { dayText, today } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, option, part, showPart, write } from './dom.js';
import { draftKeeper } from './draft-keeper.js';
import { report, showProblem } from './failures.js';
import { lettersElement } from './request-letters.js';
import { runSending } from './sending.js';

/** Under what a request that is being written down is kept. */
const DRAFT = 'data_request';
const KEPT_FIELDS = ['channel', 'right', 'received', 'who', 'identified'] as const;

/** The page on which a handler writes down a request about data that belongs to no case. */
export function dataRequestView(desk: Desk): HTMLElement {
  const view = copyTemplate('data-request');
  const form = part(view, 'form', HTMLFormElement);
  const channels = channelChoice(desk, form);
  const channel = channels.field;
  const received = part(form, 'received', HTMLInputElement);
  const text = part(form, 'text', HTMLTextAreaElement);
  const readers = part(form, 'readers');
  /** A key that nobody sees; the same as long as this request is tried, so that it arrives once. */
  let words: string[] | null = null;

  const leftOut = (): string[] =>
    [...readers.querySelectorAll('input')].flatMap((box) => (box.checked ? [box.value] : []));

  const fields = (): Record<string, string> => ({
    ...Object.fromEntries(KEPT_FIELDS.map((name) => [name, valueOf(form, name)])),
    leftOut: leftOut().join(' '),
  });
  /** The choices of a form that nobody has touched. */
  let untouched = '';
  const keep = draftKeeper(desk, DRAFT, form, () =>
    text.value === '' && JSON.stringify(fields()) === untouched
      ? null
      : { kind: 'form', text: text.value, outcome: null, files: [], fields: fields() },
  );

  const drawReaders = (out: readonly string[]): void => {
    showPart(form, 'practice', channels.chosen()?.published === false);
    const others = (channels.chosen()?.readers ?? []).filter(({ id }) => id !== desk.account.id);
    readers.replaceChildren(
      ...others.map(({ id, name }) => {
        const item = copyTemplate('recording-reader');
        const box = part(item, 'box', HTMLInputElement);
        box.value = id;
        box.checked = out.includes(id);
        keepPrivate(write(item, 'name', name));
        return item;
      }),
    );
    showPart(form, 'readers-field', others.length > 0);
  };

  for (const { value, label } of rightChoices()) {
    part(form, 'right').append(option(value, label));
  }
  received.max = today();
  received.value = today();
  channel.addEventListener('change', () => {
    drawReaders(leftOut());
  });
  drawReaders([]);
  untouched = JSON.stringify(fields());
  for (const event of ['input', 'change']) form.addEventListener(event, keep);

  const inputOf = (): Omit<DataRequestInput, 'words'> | null => {
    const noChannel = channels.missing();
    channel.setAttribute('aria-invalid', String(noChannel !== null));
    if (noChannel !== null) {
      showProblem(form, noChannel);
      channel.focus();
      return null;
    }
    const isDay = received.value !== '' && received.value <= today();
    received.setAttribute('aria-invalid', String(!isDay));
    if (!isDay) {
      showProblem(form, t('desk.recording.received_wrong'));
      received.focus();
      return null;
    }
    const name = neededValue(form, 'who', t('desk.request.name_missing'));
    if (name === null) return null;
    const said = neededValue(form, 'text', t('desk.request.words_missing'));
    if (said === null) return null;
    const languages = channels.chosen()?.languages ?? [];
    const page = document.documentElement.lang;
    return {
      channel: channel.value,
      language: languages.find((each) => each === page) ?? languages[0] ?? page,
      right: valueOf(form, 'right') as DataRequestInput['right'],
      name,
      identified: valueOf(form, 'identified'),
      receivedOn: received.value,
      text: said,
      leftOut: leftOut(),
      shown: channels.chosen()?.readers.map(({ id }) => id) ?? [],
    };
  };

  const finish = ({ id }: { id: string }, receivedOn: string): void => {
    words = null;
    text.value = '';
    setValue(form, 'who', '');
    setValue(form, 'identified', '');
    untouched = JSON.stringify(fields());
    keep();
    // the list is asked for anew, since it does not have it yet
    desk.inbox.loadedAt = null;
    write(view, 'done-text', t('desk.request.written_text', { day: dayText(receivedOn) }));
    part(view, 'letters').replaceChildren(lettersElement(desk));
    onClick(view, 'open', () => {
      desk.go({ view: 'case', id });
    });
    showPart(view, 'form', false);
    showPart(view, 'done-step', true);
    part(view, 'done-title').focus();
  };

  const send = async (input: Omit<DataRequestInput, 'words'>): Promise<void> => {
    const made = await runSending(form, async (onProgress, signal) => {
      words ??= await desk.api.newCallerKey();
      return desk.api.recordDataRequest({ ...input, words }, onProgress, signal);
    });
    if (made !== null) {
      finish(made, input.receivedOn);
      return;
    }
    // who reads may have changed, which is why it was not written down
    const out = leftOut();
    desk.directoryChanged(await desk.api.directory());
    drawReaders(out);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const input = inputOf();
    if (input !== null) send(input).catch(report);
  });

  desk.api.draft(DRAFT).then((draft) => {
    if (draft === null || text.value !== '') return;
    text.value = draft.text;
    const kept = draft.fields ?? {};
    for (const name of KEPT_FIELDS) {
      const value = kept[name] ?? '';
      if (value !== '' && name !== 'channel') setValue(form, name, value);
    }
    if (kept['channel'] !== undefined) channels.choose(kept['channel']);
    drawReaders(kept['leftOut']?.split(' ') ?? []);
  }, report);
  return view;
}
