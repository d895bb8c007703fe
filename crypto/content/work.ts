import * as v from 'valibot';
import { utf8 } from '../bytes.js';
import { CaseId, Day, ReaderId, WorkId } from '../ids.js';
import { moment, text } from './fields.js';

/** Longest name that handlers give to something of their work, in UTF-16 code units. */
export const WORK_NAME_LIMIT = 200;
/** Most labels and responsible people of a case: so many fit into its overview. */
export const LABELS_LIMIT = 4;
export const RESPONSIBLE_LIMIT = 3;
/** Longest label in UTF-16 code units, and all labels of a case in bytes of JSON text. */
export const LABEL_LIMIT = 30;
export const LABELS_BYTES = 90;

/** What handlers call something of their work. */
export const WorkName = v.pipe(v.string(), v.minLength(1), v.maxLength(WORK_NAME_LIMIT));

/** Where the work on an open case stands, once it was acknowledged. */
export const PROGRESS = ['assessment', 'investigation', 'waiting'] as const;
export type Progress = (typeof PROGRESS)[number];

/** How two cases can belong together: the one that says so, seen from it. */
export const LINKS = ['same_matter', 'duplicate_of', 'follows'] as const;
export type LinkRelation = (typeof LINKS)[number];

function isUnique(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

/** Where the work stands from here on; `detail` is the organisation's own word for it, or empty. */
export const ProgressEntry = v.strictObject({
  kind: v.literal('progress'),
  at: moment,
  progress: v.picklist(PROGRESS),
  detail: v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT)),
  text,
});

function fitOverview(labels: string[]): boolean {
  return utf8(JSON.stringify(labels)).length <= LABELS_BYTES;
}

/** All labels of the case from here on. */
export const LabelsEntry = v.strictObject({
  kind: v.literal('labels'),
  at: moment,
  labels: v.pipe(
    v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(LABEL_LIMIT))),
    v.maxLength(LABELS_LIMIT),
    v.check((list) => isUnique(list)),
    v.check(fitOverview),
  ),
});

/** All who are responsible for the case from here on; it gives nobody access. */
export const ResponsibleEntry = v.strictObject({
  kind: v.literal('responsible'),
  at: moment,
  readers: v.pipe(
    v.array(ReaderId),
    v.maxLength(RESPONSIBLE_LIMIT),
    v.check((list) => isUnique(list)),
  ),
  text,
});

/** A task as it is from here on; the same id again changes it. */
export const TaskEntry = v.strictObject({
  kind: v.literal('task'),
  at: moment,
  id: WorkId,
  name: WorkName,
  due: v.nullable(Day),
  reader: v.nullable(ReaderId),
  state: v.picklist(['open', 'done', 'dropped']),
});

/** A link to another case as it is from here on; the same case and relation again changes it. */
export const LinkEntry = v.strictObject({
  kind: v.literal('link'),
  at: moment,
  case: CaseId,
  relation: v.picklist(LINKS),
  state: v.picklist(['linked', 'unlinked']),
});

/** What handlers say of the work on a case. */
export const WorkEntry = v.variant('kind', [
  ProgressEntry,
  LabelsEntry,
  ResponsibleEntry,
  TaskEntry,
  LinkEntry,
]);
export type WorkEntry = v.InferOutput<typeof WorkEntry>;
