import type { HoldingView } from '../../../client/models.js';
import { plural } from '../strings.js';
import { numberText } from './days.js';

/** How many cases somebody reads, and how many nobody else does, to oneself: others learn neither. */
export function ownHoldingText({ cases, alone }: HoldingView): string {
  return plural('desk.holding.own', alone, { cases: numberText(cases) });
}
