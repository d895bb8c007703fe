import type { AccessView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';

/** Somebody whom the reporter left out. */
export interface LeftOut {
  id: string;
  name: string;
  /** Whether this person has keys to the case all the same. */
  reads: boolean;
  /** Who gave the access; null where nobody ever did. */
  letInBy: AccessView['by'] | null;
  /** Whether the report contradicts itself: its own author gave this person the key. */
  contradicted: boolean;
}

/** Those whom the reporter left out, as the report says, and what the history of access says of them. */
export function leftOutOf(desk: Desk, data: HandlerCaseView): LeftOut[] {
  const report = data.entries.find(({ content }) => content.kind === 'report')?.content;
  if (report?.kind !== 'report') return [];
  const known = [
    ...desk.directory.channels.flatMap(({ readers }) => readers),
    ...data.access.flatMap(({ readers }) => readers),
  ];
  const newest = (['dialogue', 'internal'] as const).flatMap(
    (compartment) => data.access.findLast((change) => change.compartment === compartment) ?? [],
  );
  const first = data.access.find(({ compartment }) => compartment === 'dialogue');
  const back = desk.directory.channels
    .flatMap(({ readers }) => readers)
    .filter(({ formerly }) => formerly.some((id) => (report.leftOut as string[]).includes(id)))
    .map(({ id }) => id);
  const people = [...new Set<string>([...report.leftOut, ...back])].map((id) => {
    const has = ({ readers }: AccessView): boolean => readers.some((reader) => reader.id === id);
    return {
      id,
      name: known.find((reader) => reader.id === id)?.name ?? t('desk.access.unknown'),
      reads: newest.some(has),
      letInBy: data.access.find(has)?.by ?? null,
      contradicted: first !== undefined && has(first),
    };
  });
  // whoever came back stands there once, under the new keys
  const cameBack = new Set(
    desk.directory.channels.flatMap(({ readers }) => readers).flatMap(({ formerly }) => formerly),
  );
  return people.filter(({ id, letInBy }) => letInBy !== null || !cameBack.has(id));
}

/** The reporter's choice and those who declared to take no part, without saying which. */
function keptOut(
  data: HandlerCaseView,
  leftOut: readonly Pick<LeftOut, 'id' | 'name'>[],
): string[] {
  const names = new Map([...leftOut, ...data.recused].map(({ id, name }) => [id, name]));
  return [...names.values()].sort((one, other) => one.localeCompare(other));
}

/**
 * Names of those who can be given no access, whether the reporter left them out or they declared to
 * take no part: nobody is told which.
 */
export function keptOutNames(desk: Desk, data: HandlerCaseView): string[] {
  return keptOut(data, leftOutOf(desk, data));
}

/** The same without those who were let in all the same: the notices speak of them. */
export function barredNames(desk: Desk, data: HandlerCaseView): string[] {
  return keptOut(
    data,
    leftOutOf(desk, data).filter(({ letInBy }) => letInBy === null),
  );
}
