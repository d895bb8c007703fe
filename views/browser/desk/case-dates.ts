import type { CaseworkInput } from '../../../client/casework/input.js';
import { extensionLimit } from '../../../client/law/days.js';
import { confirmationDay, furtherFeedbackMonths } from '../../../client/law/on-request.js';
import type { HandlerCaseView } from '../../../client/models.js';
import type { Day } from '../../../crypto/public.js';
import { plural, t } from '../strings.js';
import { block, wireBlocked } from './blocked.js';
import { caseworkWriter, wireCaseworkForm, type MakeInput } from './casework-form.js';
import { dayText, today } from './days.js';
import { dutiesOf, type CountryRule } from './deadlines.js';
import { ruleOf, type Desk, type Changed } from './desk.js';
import { copyTemplate, fillList, onClick, option, part, showPart, write } from './dom.js';
import { act, showProblem } from './failures.js';
import { extensionText } from './ready-texts.js';
import { isOutside } from './told-fields.js';

const REASONS = ['declined', 'would_identify'] as const;

type Data = HandlerCaseView;

/** The panel of a case in which handlers decide about its dates. */
export interface DatesPanel {
  readonly panel: HTMLElement;
  /** Offers what the country's act and the state of the case allow. What is being typed stays. */
  update(data: Data): void;
}

/**
 * See {@link DatesPanel}.
 *
 * @param toAnswer puts a sentence into the answer that is being written to the reporter.
 */
export function datesPanel(
  desk: Desk,
  id: string,
  changed: Changed,
  toAnswer: (sentence: string) => void,
): DatesPanel {
  const panel = copyTemplate('case-dates-panel');
  const field = (name: string): HTMLInputElement => part(panel, name, HTMLInputElement);
  const area = (name: string): HTMLTextAreaElement => part(panel, name, HTMLTextAreaElement);
  const ground = part(panel, 'waiver-reason', HTMLSelectElement);
  for (const reason of REASONS) ground.append(option(reason, t(`desk.dates.waiver.${reason}`)));
  const save = caseworkWriter(desk, id, changed);
  let shown: { data: Data; rule: CountryRule | null } | null = null;

  const onSubmit = (form: string, make: MakeInput): void => {
    wireCaseworkForm(part(panel, form, HTMLFormElement), make, save);
  };
  /** A field that has to be filled in first: says so, and gives nothing to write. */
  const missing = (form: HTMLFormElement, control: HTMLElement, text: string): null => {
    control.setAttribute('aria-invalid', 'true');
    showProblem(form, text);
    control.focus();
    return null;
  };
  const isDay = (control: HTMLInputElement): boolean => {
    control.setAttribute('aria-invalid', String(control.value === ''));
    return control.value !== '';
  };

  onSubmit('extension-form', (form) => {
    if (shown === null) return null;
    const by = field('extension-by');
    const text = area('extension-text');
    const { data, rule } = shown;
    const latest = extensionLimit(rule, data.receivedOn as Day);
    const { by: planned, limit } = dutiesOf({ ...data, feedbackExtendedTo: null }, rule).feedback;
    const over = data.feedbackExtendedTo === null ? limit : dutiesOf(data, rule).feedback.by;
    if (over !== null && today() > over) {
      return missing(form, by, t('desk.dates.extension_over', { day: dayText(over) }));
    }
    if (!isDay(by) || latest === null || by.value <= planned || by.value > latest) {
      const days = { from: dayText(planned), until: dayText(latest ?? planned) };
      return missing(form, by, t('desk.dates.extension_range', days));
    }
    const reason = text.value.trim();
    text.setAttribute('aria-invalid', String(reason === ''));
    if (reason === '') return missing(form, text, t('desk.dates.reason_missing'));
    return { kind: 'extension', by: by.value, text: reason };
  });
  onSubmit('waiver-form', () => ({
    kind: 'acknowledgement_waived',
    reason: ground.value as (typeof REASONS)[number],
    text: area('waiver-text').value.trim(),
  }));
  onSubmit('unreachable-form', () => ({
    kind: 'acknowledgement_waived',
    reason: 'unreachable',
    text: area('unreachable-text').value.trim(),
  }));
  onClick(panel, 'reachable-do', () =>
    act(part(panel, 'reachable'), () =>
      save({ kind: 'acknowledgement_waived', reason: 'reachable', text: '' }),
    ),
  );
  const further = (
    state: 'asked' | 'ended',
  ): Extract<CaseworkInput, { kind: 'further_feedback' }> => ({
    kind: 'further_feedback',
    askedOn: field('further-on').value,
    months: Number(field('further-months').value),
    state,
  });
  onSubmit('further-form', (form) => {
    const months = field('further-months');
    if (!isDay(field('further-on'))) {
      return missing(form, field('further-on'), t('desk.dates.day_missing'));
    }
    months.setAttribute('aria-invalid', String(!months.checkValidity() || months.value === ''));
    if (!months.checkValidity() || months.value === '') {
      return missing(form, months, t('desk.dates.months_missing'));
    }
    return further('asked');
  });
  onClick(panel, 'further-end', () =>
    act(part(panel, 'further-form'), () => save(further('ended'))),
  );
  onSubmit('confirmation-form', (form) => {
    const [on, by] = [field('confirmation-on'), field('confirmation-by')];
    if (!isDay(on)) return missing(form, on, t('desk.dates.day_missing'));
    if (!isDay(by)) return missing(form, by, t('desk.dates.day_missing'));
    return { kind: 'confirmation', id: null, askedOn: on.value, by: by.value, state: 'asked' };
  });
  field('confirmation-on').addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.value === '') return;
    field('confirmation-by').value = confirmationDay(shown?.rule ?? null, target.value as Day);
  });
  onClick(panel, 'tell-do', () => {
    if (shown === null) return;
    const { data, rule } = shown;
    toAnswer(extensionText(desk, data, dutiesOf(data, rule).feedback.by));
  });
  wireBlocked(panel);

  const confirmationItem = (asked: Data['decisions']['confirmations'][number]): HTMLElement => {
    const item = copyTemplate('confirmation');
    const days = { on: dayText(asked.askedOn), by: dayText(asked.by) };
    write(item, 'line', t('desk.dates.confirmation_line', days));
    for (const state of ['given', 'dropped'] as const) {
      onClick(item, state, () => act(item, () => save({ kind: 'confirmation', ...asked, state })));
    }
    return item;
  };

  const fill = (data: Data, rule: CountryRule | null): void => {
    const { decisions } = data;
    const latest = extensionLimit(rule, data.receivedOn as Day);
    if (latest !== null) {
      field('extension-by').value = data.feedbackExtendedTo ?? latest;
      field('extension-by').max = latest;
    }
    field('further-on').value = decisions.furtherFeedback?.askedOn ?? today();
    const months = decisions.furtherFeedback?.months ?? furtherFeedbackMonths(rule);
    field('further-months').value = String(months);
    field('confirmation-on').value = today();
    field('confirmation-by').value = confirmationDay(rule, today() as Day);
    area('extension-text').value = '';
    area('waiver-text').value = '';
    area('unreachable-text').value = '';
  };

  return {
    panel,
    update(data) {
      const rule = ruleOf(desk, data);
      const { decisions } = data;
      const before = JSON.stringify(shown?.data.decisions);
      // another's decision, or one's own that was saved, takes the place of what stands in a field
      if (before !== JSON.stringify(decisions)) fill(data, rule);
      shown = { data, rule };
      const open = data.state === 'open' && !data.practice && !data.dataRequest;
      const words = { act: rule?.act ?? '' };
      const latest = extensionLimit(rule, data.receivedOn as Day);
      const extendable = open && latest !== null && data.feedbackOn === null;
      showPart(panel, 'extension-form', extendable);
      if (latest !== null) {
        const limit = { ...words, day: dayText(latest) };
        write(panel, 'extension-hint', t('desk.dates.extension_hint', limit));
      }
      const waivable = rule?.basis === 'law' && rule.acknowledgement?.waivable === true;
      const undecided = data.acknowledgedOn === null && decisions.waiver === null;
      showPart(panel, 'waiver-form', open && waivable && undecided);
      write(panel, 'waiver-hint', t('desk.dates.waiver_hint', words));
      // the person may be told elsewhere, and where nobody can do that, nothing of it is late
      const reachable = decisions.unreachable === null;
      showPart(panel, 'unreachable-form', open && isOutside(data) && reachable);
      showPart(panel, 'reachable', open && !reachable);
      showPart(panel, 'further-form', open);
      write(panel, 'further-hint', furtherText(data, rule));
      showPart(panel, 'further-end', decisions.furtherFeedback !== null);
      showPart(panel, 'confirmation-form', open);
      const isLaw = rule?.basis === 'law' && rule.confirmation !== null;
      const hint = t(`desk.dates.confirmation_hint.${isLaw ? 'law' : 'promise'}`, words);
      write(panel, 'confirmation-hint', hint);
      fillList(part(panel, 'confirmations'), decisions.confirmations, confirmationItem);
      const untold = extendable && reachable && decisions.extension?.tooLate === false;
      showPart(panel, 'tell', untold);
      if (untold) {
        const by = dutiesOf(data, rule).feedback.by;
        write(
          panel,
          'tell-text',
          t(`desk.dates.tell_text${isOutside(data) ? '_outside' : ''}`, { day: dayText(by) }),
        );
      }
      block(panel, data);
    },
  };
}

function furtherText({ decisions }: Data, rule: CountryRule | null): string {
  const isLaw = rule?.basis === 'law' && rule.furtherFeedback !== null;
  const law = t(`desk.dates.further_hint.${isLaw ? 'law' : 'promise'}`, { act: rule?.act ?? '' });
  if (decisions.furtherFeedback === null) return law;
  const { askedOn, months } = decisions.furtherFeedback;
  return `${law} ${t('desk.dates.further_is', { day: dayText(askedOn), often: plural('desk.dates.every', months) })}`;
}
