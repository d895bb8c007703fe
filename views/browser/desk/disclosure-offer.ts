import type { Ending } from '../../../crypto/private.js';
import { t } from '../strings.js';
import type { DisclosureBegun } from './case-disclosures.js';
import { onClick, part, show, write } from './dom.js';

/** Outcomes with which something of a case usually goes to somebody outside. */
const OUTWARD: readonly (Ending | null)[] = ['transmitted_to_authority', 'out_of_scope_referred'];

/** Offers to write down a disclosure right after what usually is one. */
export interface DisclosureOffer {
  /** The case was closed with this outcome. */
  closed(outcome: Ending | null): void;
  /** A guest was given the case, until a day in words. */
  granted(name: string, day: string): void;
}

/**
 * Wires the offer in a case's view. Whoever is to be told of corrections later is found by the
 * disclosures, so that what went outside by another way than a file belongs there, too.
 */
export function disclosureOffer(
  view: HTMLElement,
  disclose: (begun: DisclosureBegun) => void,
): DisclosureOffer {
  const box = part(view, 'offer');
  let begun: DisclosureBegun | null = null;
  const offer = (text: string, given: DisclosureBegun): void => {
    begun = given;
    write(box, 'offer-text', text);
    show(box, true);
    // whoever wrote at the end of a long page would not see it come
    box.focus();
  };
  onClick(box, 'offer-do', () => {
    show(box, false);
    if (begun !== null) disclose(begun);
  });
  onClick(box, 'offer-no', () => {
    show(box, false);
    view.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  });
  return {
    closed(outcome) {
      if (outcome === null || !OUTWARD.includes(outcome)) return;
      const ground = t(`outcome.${outcome}`);
      offer(t('desk.disclosure.offer.closed'), { recipient: '', ground, scope: '' });
    },
    granted(name, day) {
      offer(t('desk.disclosure.offer.guest', { name }), {
        recipient: name,
        ground: t('desk.disclosure.offer.guest_ground', { day }),
        scope: t('desk.disclosure.offer.guest_scope'),
      });
    },
  };
}
