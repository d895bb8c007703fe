import type { Knex } from 'knex';
import {
  addMonths,
  PREVIEW_MONTHS,
  type ChannelId,
  type Day,
  type RetentionPreview,
  type RetentionPreviewRequest,
} from '../../crypto/public.js';
import type { ReadRules } from './rules.js';

/** Months that the cases of a preview were open, which counts for times from receipt. */
const OPEN_MONTHS = 3;

/** Tells what a rule would move of a channel's closed cases, were it published today. */
export type PreviewRule = (request: RetentionPreviewRequest) => Promise<RetentionPreview>;

/**
 * Makes the preview. It looks at no case: whoever reads some of a channel's cases as well could work out
 * from any number or day of all that there are others. It tells of cases as they are imagined, closed
 * on days of its own choosing, with nothing done in them since.
 */
export function createPreview(options: {
  readonly db: Knex;
  readonly today: () => Day;
  readonly readRules: ReadRules;
}): PreviewRule {
  const { db, today, readRules } = options;
  return async ({ channel, rule }) => {
    const day = today();
    const rules = await readRules(db, day);
    const moves = PREVIEW_MONTHS.flatMap((months) => {
      const closed = addMonths(day, -months);
      const imagined = {
        channel: channel as ChannelId,
        practice: 0,
        received_day: addMonths(closed, -OPEN_MONTHS),
        closed_day: closed,
        processed_day: null,
        processed_paused: 0,
        paused_day: null,
        paused_days: 0,
        removal_day: null,
      };
      const [from, to] = [rules.purgeOn(imagined), rules.wouldBe(imagined, rule)];
      // what is due already is gone by the time that anybody signs
      const isGone = from !== null && from <= day;
      return isGone || from === to ? [] : [{ closed, from, to }];
    });
    return { moves };
  };
}
