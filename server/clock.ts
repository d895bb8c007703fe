/** Tells the time. Everything that asks for it takes one, so that tests can move the years. */
export type Clock = () => Date;

/** The time of the machine. */
export const systemClock: Clock = () => new Date();

/** The day of a moment in UTC, as `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
