/**
 * Days within which a meeting is planned for that a reporter asked for, where the act of the country
 * says "within a reasonable time", or nothing.
 */
export const MEETING_DAYS = 14;

/**
 * Calendar days that an act names where those are fewer, as `views/data/jurisdictions.json` has them:
 * what is worked out where that is not at hand still comes in the order of the law. A test compares.
 */
const FEWER_DAYS: ReadonlyMap<string, number> = new Map([['ES', 7]]);

/** Days within which a meeting that was asked for is to take place by the act of a country, or the plan. */
export function meetingDaysIn(country: string | undefined): number {
  return FEWER_DAYS.get(country ?? '') ?? MEETING_DAYS;
}
