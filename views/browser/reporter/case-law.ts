import type { DutyRule } from '../../../client/law/days.js';
import type { ReporterCaseView } from '../../../client/models.js';
import { MEETING_DAYS } from '../../../client/spoken/meeting-days.js';
import { countryOf, type Country } from '../countries.js';
import { promisedOn } from './directory.js';

/** What the days of a case rest on. */
export interface CaseLaw {
  rule: DutyRule;
  /** Days within which a meeting that was asked for is planned for. */
  meetingDays: number;
}

/** What a country's act says of the two dates: pages carry what differs from the Directive's terms. */
export function actOf(country: Pick<Country, 'basis' | 'unit' | 'anchor'> | undefined): DutyRule {
  const { basis = 'unsure', unit = 'calendar', anchor = 'acknowledgement' } = country ?? {};
  return {
    basis,
    acknowledgement: { days: 7, unit, waivable: false },
    feedback: { months: 3, anchor, extension: 0 },
  };
}

/** What the days of a case rest on: its country's act, and what its organisation promised then. */
export function lawOf({ country: code, channel, receivedOn }: ReporterCaseView): CaseLaw {
  const country = countryOf(code);
  return {
    rule: { ...actOf(country), promised: promisedOn(channel, receivedOn) ?? null },
    meetingDays: (country ?? countryOf('EU'))?.meeting ?? MEETING_DAYS,
  };
}
