import type { CaseworkInput } from '../../../client/casework/input.js';
import { isWaiting, type DataRequest } from '../../../client/casework/requests.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { caseworkWriter, foldedForm, neededValue, setValue, valueOf } from './casework-form.js';
import { rightChoices } from './choices.js';
import type { Changed, Desk } from './desk.js';
import { fillList, option, part, showPart, write } from './dom.js';
import { showProblem } from './failures.js';
import { recordMarks } from './record-marks.js';
import { recordItem } from './record-item.js';
import { lettersElement } from './request-letters.js';
import { movingForm } from './request-moving.js';
import { requestLines, requestName, requestState } from './request-words.js';

type Input<K extends CaseworkInput['kind']> = Extract<CaseworkInput, { kind: K }>;

const ANSWERS = ['granted', 'partly', 'refused', 'nothing_given'] as const;

/** The part of the record about requests of people for data on them. */
export function requestSection(
  desk: Desk,
  panel: HTMLElement,
  id: string,
  changed: Changed,
): (data: HandlerCaseView) => void {
  const change = caseworkWriter(desk, id, changed);
  const moving = movingForm(desk, panel, id, changed);
  part(panel, 'letters').replaceChildren(lettersElement(desk));
  let shown: readonly DataRequest[] = [];
  const requests = foldedForm(panel, 'request-form', requestInput, change);
  const by = part(requests.form, 'by', HTMLSelectElement);
  part(requests.form, 'right').append(
    ...rightChoices().map(({ value, label }) => option(value, label)),
  );
  by.append(
    ...['anonymous_reporter', 'named'].map((who) => option(who, t(`desk.request.by.${who}`))),
  );
  let keyMade = false;
  const drawBy = (): void => {
    showPart(requests.form, 'named', by.value === 'named');
    const hint = by.value !== 'named' && keyMade ? 'made_key' : by.value;
    write(requests.form, 'by-hint', t(`desk.request.by_hint.${hint}`));
  };
  requests.form.addEventListener('change', drawBy);
  drawBy();

  const extending = foldedForm(
    panel,
    'extend-form',
    (form) => {
      const text = neededValue(form, 'text', t('desk.record.reason_missing'));
      if (text === null) return null;
      const on = valueOf(form, 'on');
      return { kind: 'request_extended', request: valueOf(form, 'request'), on, text };
    },
    change,
  );

  // the answered request whose answer is being put right
  let mended: string | null = null;
  const choices = (name: string, list: readonly DataRequest[]): void => {
    const select = part(part(panel, `${name}-form`), 'request', HTMLSelectElement);
    const chosen = select.value;
    select.replaceChildren(...list.map((each) => option(each.id, requestName(each))));
    if (list.some(({ id }) => id === chosen)) select.value = chosen;
    showPart(panel, `${name}-fold`, list.length > 0);
  };
  const offerAnswers = (of: string | null): void => {
    mended = of;
    choices(
      'answer',
      shown.filter((each) => isWaiting(each) || each.id === of),
    );
  };

  const answering = foldedForm(
    panel,
    'answer-form',
    (form) => answerInput(form, shown.find(({ id }) => id === valueOf(form, 'request')) ?? null),
    async (input) => {
      await change(input);
      offerAnswers(null);
    },
  );
  const answer = part(answering.form, 'answer', HTMLSelectElement);
  answer.append(
    option('', t('desk.request.answer_choose')),
    ...ANSWERS.map((each) => option(each, t(`desk.request.answer.${each}`))),
  );
  const drawAnswer = (): void => {
    showPart(answering.form, 'remedies-line', !['', 'granted'].includes(answer.value));
    showPart(answering.form, 'nothing-hint', answer.value === 'nothing_given');
  };
  answering.form.addEventListener('change', drawAnswer);
  drawAnswer();

  const itemOf = (request: DataRequest, data: HandlerCaseView): HTMLElement => {
    const { state, dataRequest: isOwn } = data;
    const isOpen = isWaiting(request);
    const isAnswered = request.state === 'made' && request.answer !== null;
    const choose = (form: HTMLFormElement): void => {
      setValue(form, 'request', request.id);
    };
    const all = [
      {
        label: t('desk.request.answer_do'),
        run: () => {
          answering.open((form) => {
            offerAnswers(null);
            choose(form);
          });
        },
        if: isOpen,
      },
      {
        label: t('desk.request.answer_change'),
        run: () => {
          answering.open((form) => {
            offerAnswers(request.id);
            fillAnswer(form, request);
          });
        },
        // a case that is the request itself ended as it was answered, until it is opened again
        if: isAnswered && !(isOwn && state === 'closed'),
      },
      {
        label: t('desk.request.extend_do'),
        run: () => {
          extending.open(choose);
        },
        if: isOpen && isExtendable(request),
      },
      {
        label: t('desk.record.change'),
        run: () => {
          requests.open((form) => {
            fill(form, request);
          });
        },
        if: isOpen || isAnswered,
      },
      {
        label: t('desk.request.withdraw'),
        sure: t('desk.request.withdraw_sure'),
        run: () => change({ ...withoutResults(request), state: 'withdrawn' }),
        if: isOpen,
      },
      {
        label: t('desk.request.move_do'),
        run: () => {
          moving.open(request);
        },
        if: isOpen && isOwn,
      },
    ];
    return recordItem({
      name: requestName(request),
      state: requestState(request),
      due: isOpen ? request.due : null,
      lines: [...requestLines(request), ...recordMarks(data, request.id)],
      actions: all.filter((each) => each.if),
    });
  };

  return (data) => {
    const { requests: found, state: now, dataRequest: isOwn } = data;
    keyMade = data.origin.made === 'handler';
    drawBy();
    const open = found.filter(isWaiting);
    const settled = found.filter((each) => !open.includes(each));
    open.sort((a, b) => a.due.localeCompare(b.due));
    shown = [...open, ...settled];
    fillList(part(panel, 'requests'), shown, (each) => itemOf(each, data));
    moving.update(isOwn && open.length > 0);
    showPart(panel, 'no-requests', found.length === 0);
    const waits = open.some((request) => request.by === 'anonymous_reporter');
    showPart(panel, 'requests-closed', now === 'closed' && waits);
    offerAnswers(mended);
    choices('extend', open.filter(isExtendable));
  };
}

/** Whether an extension can be noted: none was, or one whose day may have been mistaken. */
function isExtendable({ extension }: DataRequest): boolean {
  return extension === null || extension.tooLate;
}

function requestInput(form: HTMLFormElement): CaseworkInput | null {
  const receivedOn = neededValue(form, 'received', t('desk.record.day_missing'));
  if (receivedOn === null) return null;
  const by = valueOf(form, 'by') as Input<'request'>['by'];
  const isNamed = by === 'named';
  const name = isNamed ? neededValue(form, 'name', t('desk.request.name_missing')) : '';
  if (name === null) return null;
  return {
    kind: 'request',
    id: valueOf(form, 'request-id') || null,
    right: valueOf(form, 'right') as Input<'request'>['right'],
    by,
    name,
    identified: isNamed ? valueOf(form, 'identified') : '',
    receivedOn,
    text: valueOf(form, 'text'),
    state: 'made',
  };
}

function answerInput(form: HTMLFormElement, request: DataRequest | null): CaseworkInput | null {
  const answer = valueOf(form, 'answer') as Input<'request_answered'>['answer'];
  const isWhole = answer === 'granted';
  const gives = isWhole || answer === 'partly';
  const needsReasons = answer === 'partly' || answer === 'refused';
  const toldOfRemedies = part(form, 'remedies', HTMLInputElement).checked;
  if (request === null) return null;
  if (neededValue(form, 'answer', t('desk.request.answer_missing')) === null) return null;
  if (gives && request.by === 'named' && request.identified === '') {
    showProblem(form, t('desk.request.identify_first'));
    return null;
  }
  if (needsReasons && neededValue(form, 'text', t('desk.record.reason_missing')) === null)
    return null;
  if (!isWhole && !toldOfRemedies) {
    showProblem(form, t('desk.request.remedies_missing'));
    return null;
  }
  const on = neededValue(form, 'on', t('desk.record.day_missing'));
  if (on === null) return null;
  const text = valueOf(form, 'text');
  return {
    kind: 'request_answered',
    request: request.id,
    answer,
    on,
    text,
    toldOfRemedies: !isWhole && toldOfRemedies,
  };
}

function withoutResults(request: DataRequest): Omit<Input<'request'>, 'state'> {
  const { id, right, by, name, identified, receivedOn, text } = request;
  return { kind: 'request', id, right, by, name, identified, receivedOn, text };
}

function fillAnswer(form: HTMLFormElement, { id, answer }: DataRequest): void {
  setValue(form, 'request', id);
  if (answer === null) return;
  setValue(form, 'answer', answer.answer);
  setValue(form, 'on', answer.on);
  setValue(form, 'text', answer.text);
  part(form, 'remedies', HTMLInputElement).checked = answer.toldOfRemedies;
}

function fill(form: HTMLFormElement, request: DataRequest): void {
  setValue(form, 'request-id', request.id);
  setValue(form, 'right', request.right);
  setValue(form, 'by', request.by);
  setValue(form, 'name', request.name);
  setValue(form, 'identified', request.identified);
  setValue(form, 'received', request.receivedOn);
  setValue(form, 'text', request.text);
}
