import type { Money } from '../../../crypto/private.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { setValue, valueOf, wireCaseworkForm } from './casework-form.js';
import { numberText } from './days.js';
import { part } from './dom.js';
import { showProblem } from './failures.js';

/** Largest estimate that can be written down, as `AMOUNT_LIMIT` of the protocol. */
const MOST = 1_000_000_000_000;

/**
 * The whole number that was typed, with or without spaces between its digits; null for none. What has
 * a comma or a point in it is wrong: one country's thousands are another's cents.
 */
export function amountOf(typed: string): number | null | 'wrong' {
  const digits = typed.replace(/[\s’']/gu, '');
  if (digits === '') return null;
  const amount = /^\d{1,13}$/.test(digits) ? Number(digits) : Infinity;
  return amount <= MOST ? amount : 'wrong';
}

/** An amount as it stands in its field. */
function typedOf(amount: number | null | undefined): string {
  return amount === null || amount === undefined ? '' : String(amount);
}

/** Both estimates in words, for a sentence. */
export function moneyTexts({ currency, damage, recovered }: Money): Record<string, string> {
  const text = (amount: number | null): string =>
    amount === null ? t('desk.money.none') : `${numberText(amount)} ${currency}`;
  return { damage: text(damage), recovered: text(recovered) };
}

/** The form for damage and money recovered, in the panel of a case's work. */
export function moneyForm(
  panel: HTMLElement,
  write: (input: CaseworkInput) => Promise<void>,
): { update: (data: HandlerCaseView) => void } {
  const form = part(panel, 'money-form', HTMLFormElement);
  let shown: Money | null | undefined;

  const refuse = (name: string, problem: string): null => {
    const field = part(form, name, HTMLInputElement);
    field.setAttribute('aria-invalid', 'true');
    showProblem(form, t(`desk.money.${problem}`));
    field.focus();
    return null;
  };
  wireCaseworkForm(
    form,
    () => {
      for (const field of form.querySelectorAll('input')) field.removeAttribute('aria-invalid');
      const [damage, recovered] = [
        amountOf(valueOf(form, 'damage')),
        amountOf(valueOf(form, 'recovered')),
      ];
      if (damage === 'wrong') return refuse('damage', 'wrong_amount');
      if (recovered === 'wrong') return refuse('recovered', 'wrong_amount');
      const currency = valueOf(form, 'currency').toUpperCase();
      if (!/^[A-Z]{3}$/.test(currency)) return refuse('currency', 'wrong_currency');
      return { kind: 'money', currency, damage, recovered };
    },
    write,
  );

  return {
    update({ money }) {
      // what is being typed stays, unless somebody wrote another estimate down
      if (shown !== undefined && JSON.stringify(shown) === JSON.stringify(money)) return;
      setValue(form, 'damage', typedOf(money?.damage));
      setValue(form, 'recovered', typedOf(money?.recovered));
      setValue(form, 'currency', money?.currency ?? 'EUR');
      shown = money;
    },
  };
}
