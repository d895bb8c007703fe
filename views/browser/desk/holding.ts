import type { HoldingView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { numberText } from './days.js';

/** How many cases somebody reads, and how many nobody else does: all that an administrator learns. */
export function holdingText({ cases, alone }: HoldingView): string {
  const all = plural('desk.holding.cases', cases);
  return alone === 0 ? all : `${all} ${plural('desk.holding.alone', alone)}`;
}

/** The same to oneself. */
export function ownHoldingText({ cases, alone }: HoldingView): string {
  return plural('desk.holding.own', alone, { cases: numberText(cases) });
}

/** Why somebody cannot be removed yet. */
export function neededText(name: string, { alone, paper }: HoldingView): string {
  const why = plural('desk.holding.needed', alone, { name });
  return paper === 0 ? why : `${why} ${t('desk.holding.paper', { count: numberText(paper) })}`;
}
