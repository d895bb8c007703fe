import { newestFromReporter } from '../../../client/casework/newest.js';
import type { Ending } from '../../../crypto/private.js';
import type { HandlerCaseView, Outcome } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import type { Draft, WritingKind } from './api.js';
import { block, wireBlocked } from './blocked.js';
import { reportLanguage } from './case-entries.js';
import { outcomeChoices, outcomeText } from './choices.js';
import { copyTemplate, fillList, onClick, option, ownIds, part, showPart, write } from './dom.js';
import type { Changed, Desk } from './desk.js';
import { draftKeeper, tellLostFiles } from './draft-keeper.js';
import { showProblem } from './failures.js';
import { languageText } from './languages.js';
import { unfilled, wireReadyTexts } from './ready-texts.js';
import { channelRule, ruleText } from './retention.js';
import { runSending, wireFiles } from './sending.js';
import { isOutside, toldFields } from './told-fields.js';

/** The form in which a handler writes to the reporter. */
export interface WritingForm {
  readonly form: HTMLElement;
  /** Fits the form to what the case allows now. */
  update(data: HandlerCaseView): void;
}

/** What can be written in a case as it stands, the likeliest first. */
export function kindsFor(data: HandlerCaseView): WritingKind[] {
  // whoever asked has no key: nothing that stands here would reach them
  if (data.dataRequest && data.state === 'open') return ['closure'];
  if (data.state === 'closed') {
    return data.decisionBy === null ? ['reopening'] : ['reopening', 'nothing_further'];
  }
  const rest: WritingKind[] = ['reply', 'feedback', 'closure'];
  return data.acknowledgedOn === null ? ['acknowledgement', ...rest] : rest;
}

/** What changes more than the conversation is confirmed before it is done. */
const CONFIRMED: readonly WritingKind[] = ['closure', 'reopening', 'nothing_further'];

/** The form for the reporter, with a draft begun earlier. Drafts live in the worker's memory. */
export function writingForm(
  desk: Desk,
  id: string,
  draft: Draft | null,
  changed: Changed,
): WritingForm {
  const form = ownIds(copyTemplate('writing'));
  const text = part(form, 'text', HTMLTextAreaElement);
  const outcome = part(form, 'outcome', HTMLSelectElement);
  const note = part(form, 'note', HTMLTextAreaElement);
  for (const { value, label } of outcomeChoices()) outcome.append(option(value, label));
  let data: HandlerCaseView | null = null;
  let kind: WritingKind | null = null;
  if (draft !== null && draft.kind !== 'note' && draft.kind !== 'form') ({ kind } = draft);

  const keep = draftKeeper(desk, id, form, () =>
    kind === null || (text.value === '' && note.value === '' && files.list().length === 0)
      ? null
      : {
          ...{ kind, text: text.value, outcome: chosenOutcome(), files: files.list() },
          fields: { note: note.value, ...told.values() },
        },
  );
  const files = wireFiles(desk, form, keep);
  const told = toldFields(form);
  const offerReady = wireReadyTexts(desk, form, text);
  // a request about data ends as it was answered
  const chosenOutcome = (): Ending | null => {
    if (data?.dataRequest === true) return data.requestOutcome;
    return outcome.value === '' ? null : (outcome.value as Outcome);
  };

  const choose = (wanted: WritingKind): void => {
    kind = wanted;
    write(form, 'effect', effectText(desk, data, wanted));
    const isRequest = data?.dataRequest === true;
    const outside = isOutside(data);
    write(form, 'text-label', t(`desk.write.text.${textWords(data, wanted)}`));
    const ends = wanted === 'closure' || wanted === 'reopening';
    told.update(!outside || wanted === 'nothing_further' ? null : ends ? 'may' : 'must');
    write(form, 'files-label', t(`desk.write.files${outside ? '_outside' : ''}`));
    showPart(form, 'outcome-field', wanted === 'closure' && !isRequest);
    showPart(form, 'note-field', wanted === 'closure' && !isRequest);
    const untold = data?.persons.filter((person) => person.outcome === null).length ?? 0;
    write(form, 'untold', plural('desk.write.untold', untold));
    showPart(form, 'untold', wanted === 'closure' && untold > 0);
    const channel = desk.directory.channels.find((each) => each.id === data?.channel);
    const toArchive = channel?.publicBody === true && data?.practice === false && !isRequest;
    showPart(form, 'archive-first', wanted === 'closure' && toArchive);
    showPart(form, 'files-field', wanted !== 'nothing_further' && !isRequest);
    showPart(form, 'language', wanted !== 'nothing_further' && !isRequest && !outside);
    showPart(form, 'confirm', false);
    showPart(form, 'buttons', true);
    if (data !== null) offerReady(wanted, data);
    // texts for whoever asks are letters, under the request itself; the others speak of the case's key
    if (isRequest || outside) showPart(form, 'ready-field', false);
    write(form, 'submit', t(`desk.write.do.${wordsOf(data, wanted)}`));
    form.dataset['kind'] = wanted;
  };

  const send = async (): Promise<void> => {
    const wanted = kind;
    if (wanted === null) return;
    showPart(form, 'confirm', false);
    const body = text.value.trim();
    const how = told.read();
    if (how === null) {
      showPart(form, 'buttons', true);
      return;
    }
    const word = how === 'absent' ? {} : { told: how };
    const known = newestFromReporter(data?.entries ?? []);
    const after = await runSending(form, (onProgress, signal) => {
      if (wanted === 'nothing_further') return desk.api.decideNothingFurther(id, body, known);
      const chosen = chosenOutcome();
      const message =
        wanted === 'closure'
          ? {
              ...{ kind: wanted, text: body, outcome: chosen ?? 'unsubstantiated' },
              ...{ note: note.value.trim(), known },
              ...word,
            }
          : { kind: wanted, text: body, ...word };
      return desk.api.reply(id, message, files.list(), onProgress, signal);
    });
    if (after === null) return;
    text.value = '';
    outcome.value = '';
    files.set([]);
    told.empty();
    // a comment begun for the closing stays when something else was sent before
    if (wanted === 'closure') note.value = '';
    kind = null;
    changed(after, t(`desk.write.done.${wordsOf(after, wanted)}`));
    keep();
  };

  const missing = (): [HTMLElement, string] | null => {
    if (kind === 'closure' && chosenOutcome() === null) {
      if (data?.dataRequest === true) return [text, t('desk.error.request_waits')];
      return [outcome, t('desk.write.outcome_missing')];
    }
    if (kind !== 'nothing_further' && text.value.trim() === '') {
      if (data?.dataRequest !== true) {
        const outside = isOutside(data);
        return [text, t(`desk.write.text_missing${outside ? '_outside' : ''}`)];
      }
      const isClosing = kind === 'closure';
      return [text, t(`desk.write.request_${isClosing ? 'missing' : 'reopening_missing'}`)];
    }
    const gap = unfilled(desk, text.value);
    return gap === null ? null : [text, t('desk.write.unfilled', { gap })];
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fault = missing();
    showProblem(form, fault?.[1] ?? null);
    for (const field of [text, outcome]) {
      field.setAttribute('aria-invalid', String(field === fault?.[0]));
    }
    fault?.[0].focus();
    if (fault !== null || kind === null || told.read() === null) return;
    // a day cannot be taken back
    if (CONFIRMED.includes(kind) || isOutside(data)) {
      write(form, 'confirm-text', `${effectText(desk, data, kind)} ${told.line()}`.trim());
      write(form, 'confirm-do', t(`desk.write.do.${wordsOf(data, kind)}`));
      showPart(form, 'confirm', true);
      showPart(form, 'buttons', false);
      part(form, 'confirm-do').focus();
    } else {
      void send();
    }
  });
  onClick(form, 'confirm-do', send);
  onClick(form, 'confirm-cancel', () => {
    showPart(form, 'confirm', false);
    showPart(form, 'buttons', true);
    text.focus();
  });
  wireBlocked(form);
  // what was shown once more is what is written
  const reconsider = (): void => {
    if (part(form, 'confirm').hidden) return;
    showPart(form, 'confirm', false);
    showPart(form, 'buttons', true);
  };
  text.addEventListener('input', reconsider);
  part(form, 'told').addEventListener('input', reconsider);
  for (const field of [text, note]) field.addEventListener('input', keep);
  part(form, 'told').addEventListener('change', keep);
  outcome.addEventListener('change', keep);

  if (draft !== null) {
    text.value = draft.text;
    note.value = draft.fields?.['note'] ?? '';
    outcome.value = draft.outcome ?? '';
    told.fill(draft.fields ?? {});
    files.set(draft.files);
    tellLostFiles(form, draft);
  }

  return {
    form,
    update(newest) {
      data = newest;
      const outside = isOutside(newest);
      const whose = newest.dataRequest ? 'request_' : outside ? 'outside_' : '';
      write(form, 'title', t(`desk.write.title.${whose}${newest.state}`));
      showPart(form, 'outside', outside);
      const language = reportLanguage(newest);
      write(form, 'language', t('desk.write.language', { language: languageText(language) }));
      const kinds = kindsFor(newest);
      const wanted = kind !== null && kinds.includes(kind) ? kind : (kinds[0] ?? 'reply');
      fillList(part(form, 'kinds'), kinds, (each) => kindItem(each, each === wanted));
      showPart(form, 'kinds-field', kinds.length > 1);
      choose(wanted);
      block(form, newest);
    },
  };

  function kindItem(each: WritingKind, checked: boolean): HTMLElement {
    const item = copyTemplate('kind');
    const outside = each === 'reply' && isOutside(data);
    write(item, 'name', t(`desk.write.kind.${outside ? 'outside_reply' : each}`));
    const radio = part(item, 'radio', HTMLInputElement);
    radio.name = 'kind';
    radio.value = each;
    radio.checked = checked;
    radio.addEventListener('change', () => {
      choose(each);
      keep();
    });
    return item;
  }
}

/** Kinds that change nothing but what was said. */
const SAID: readonly WritingKind[] = ['acknowledgement', 'reply', 'feedback'];

type Reader = Pick<HandlerCaseView, 'dataRequest' | 'origin'> | null;

/**
 * Under which name the words for a kind stand: a request about data is closed in its own, and what
 * nobody can read is written down, not sent.
 */
function wordsOf(data: Reader, kind: WritingKind): string {
  if (isOutside(data) && SAID.includes(kind)) return 'outside';
  if (data?.dataRequest !== true) return kind;
  if (kind === 'closure') return 'request';
  return kind === 'reopening' ? 'request_reopening' : kind;
}

/** Under which name the label of the text stands. */
function textWords(data: Reader, kind: WritingKind): string {
  if (kind === 'nothing_further') return 'internal';
  if (data?.dataRequest === true) return wordsOf(data, kind);
  if (!isOutside(data)) return 'reporter';
  return SAID.includes(kind) ? 'outside' : `outside_${kind}`;
}

function effectText(desk: Desk, data: HandlerCaseView | null, kind: WritingKind): string {
  if (kind !== 'closure') {
    if (data?.dataRequest === true && kind === 'reopening') {
      return t('desk.write.effect.reopening_request');
    }
    const outside = isOutside(data) && kind !== 'nothing_further';
    return t(`desk.write.effect.${outside ? `outside_${kind}` : kind}`);
  }
  if (data?.dataRequest === true && data.requestOutcome === null) {
    return t('desk.error.request_waits');
  }
  if (data?.practice === true) return t('desk.write.effect.closure_practice');
  const channel = desk.directory.channels.find(({ id }) => id === data?.channel);
  const rule = ruleText(channelRule(channel));
  if (data?.dataRequest !== true || data.requestOutcome === null) {
    const outside = isOutside(data);
    return t(`desk.write.effect.${outside ? 'outside_closure' : 'closure'}`, { rule });
  }
  const outcome = outcomeText(data.requestOutcome);
  return t('desk.write.effect.closure_request', { outcome, rule });
}
