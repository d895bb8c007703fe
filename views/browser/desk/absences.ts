import type { AbsenceView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText, today } from './days.js';
import type { Desk } from './desk.js';

/** The name of a reader of any channel; empty for one whom the directory does not name. */
export function nameOf({ directory }: Pick<Desk, 'directory'>, reader: string): string {
  const readers = directory.channels.flatMap((channel) => channel.readers);
  return readers.find(({ id }) => id === reader)?.name ?? '';
}

/** What a reader said of being away that counts on a day; null for somebody who is there. */
export function awayOn(
  absences: readonly AbsenceView[],
  reader: string,
  day: string,
): AbsenceView | null {
  return (
    absences.find((each) => each.reader === reader && each.from <= day && day <= each.until) ?? null
  );
}

/** For whom somebody stands in on a day. */
export function standsInFor(
  absences: readonly AbsenceView[],
  reader: string,
  day: string,
): AbsenceView[] {
  return absences.filter(
    (each) => each.substitute === reader && each.from <= day && day <= each.until,
  );
}

/** A name, and that the person is away until when, and who stands in. */
export function nameWithAbsence(desk: Desk, reader: string, name: string): string {
  if (desk.absences.length === 0) return name;
  const absence = awayOn(desk.absences, reader, today());
  if (absence === null) return name;
  const day = dayText(absence.until);
  const substitute = absence.substitute === null ? '' : nameOf(desk, absence.substitute);
  return substitute === ''
    ? t('desk.absence.away', { name, day })
    : t('desk.absence.away_with', { name, day, substitute });
}
