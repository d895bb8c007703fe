import type { Money, WorkId } from '../../crypto/private.js';
import type { Said } from './said.js';

/** What a matter cost and what came back, as estimated last; null where nobody estimated it. */
export function moneyOf({ internal }: Pick<Said, 'internal'>): Money | null {
  const last = internal.findLast(({ kind }) => kind === 'money');
  if (last?.kind !== 'money') return null;
  const { currency, damage, recovered } = last;
  return damage === null && recovered === null ? null : { currency, damage, recovered };
}

/** How the case was counted last for the yearly figures; null where it never was. */
export function countedIn({
  internal,
}: Pick<Said, 'internal'>): { tag: WorkId; number: number } | null {
  const last = internal.findLast(({ kind }) => kind === 'counted');
  return last?.kind === 'counted' ? { tag: last.tag, number: last.number } : null;
}
