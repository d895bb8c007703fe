import { newId, WorkId, type Statistics } from '../../crypto/private.js';

/** What remains of a case that was received and closed in 2026, except for what is given. */
export function statisticsWith(change: Partial<Statistics> = {}): Statistics {
  return {
    tag: newId(WorkId),
    number: 1,
    received: 2026,
    closed: 2026,
    category: 'fraud',
    relation: 'worker',
    outcome: 'unsubstantiated',
    daysToAcknowledgement: 3,
    daysToFeedback: null,
    money: null,
    ...change,
  };
}
