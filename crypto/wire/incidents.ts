import * as v from 'valibot';
import { AccountId, bytesSchema, Day } from '../ids.js';

/** A moment as `Date.toISOString` writes it. */
const moment = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((text) => {
    const date = new Date(text);
    return !Number.isNaN(date.getTime()) && date.toISOString() === text;
  }),
);

/** An incident: 16 random bytes. */
export const IncidentId = bytesSchema(16);

/** How keys may have come into wrong hands. There is no free text: see docs/decisions/0015. */
export const INCIDENT_CAUSES = [
  'passphrase_seen',
  'kit_seen',
  'device_lost',
  'device_infected',
  'account_used',
  'other',
] as const;
export const IncidentCause = v.picklist(INCIDENT_CAUSES);
export type IncidentCause = v.InferOutput<typeof IncidentCause>;

/** Why the authority need not be told (GDPR, article 33(1)), or that nothing had happened. */
export const AUTHORITY_REASONS = ['unlikely_risk', 'false_alarm'] as const;
/** Whether people were told (article 34), or on which ground of article 34 they are not. */
export const SUBJECTS_STATES = ['told', 'no_high_risk', 'measures', 'public'] as const;
export type SubjectsState = (typeof SUBJECTS_STATES)[number];

/** What an authority calls a notification: short, and in the letters of a reference number. */
export const AuthorityReference = v.pipe(v.string(), v.regex(/^[\p{L}\p{N}./:_-]{0,40}$/u));

/** PUT /api/desk/incidents/:id/authority */
export const AuthorityDecision = v.variant('state', [
  v.strictObject({ state: v.literal('notified'), at: moment, reference: AuthorityReference }),
  v.strictObject({ state: v.literal('not_needed'), reason: v.picklist(AUTHORITY_REASONS) }),
]);
export type AuthorityDecision = v.InferOutput<typeof AuthorityDecision>;

/** PUT /api/desk/incidents/:id/subjects */
export const SubjectsDecision = v.strictObject({ state: v.picklist(SUBJECTS_STATES) });

/** POST /api/desk/incidents: one's own account, or as administrator any, and paper keys. */
export const OpenIncident = v.strictObject({
  id: IncidentId,
  account: AccountId,
  /** The first day on which it may have been; null for ever since the person joined. */
  since: v.nullable(Day),
  /** When it became known; null for now. */
  knownAt: v.nullable(moment),
  cause: IncidentCause,
});
export type OpenIncident = v.InferOutput<typeof OpenIncident>;

/**
 * What became of the account. `locked`: nobody signs in to it, and an administrator can open it
 * again. `last`: it stays open, as nobody else could go on. `gone`: removed with its reader. `none`: a
 * paper key, which has no account.
 */
export const IncidentLock = v.picklist(['locked', 'open', 'last', 'gone', 'none']);
export type IncidentLock = v.InferOutput<typeof IncidentLock>;

/** Keys that may be in wrong hands, as the installation documents it (article 33(5)). */
export const Incident = v.strictObject({
  id: IncidentId,
  account: AccountId,
  since: v.nullable(Day),
  cause: IncidentCause,
  /** From when the 72 hours count. */
  knownAt: moment,
  /** Their end. */
  dueAt: moment,
  openedAt: moment,
  openedBy: AccountId,
  lock: IncidentLock,
  authority: v.nullable(
    v.strictObject({ decision: AuthorityDecision, by: AccountId, setAt: moment }),
  ),
  subjects: v.nullable(
    v.strictObject({ state: v.picklist(SUBJECTS_STATES), by: AccountId, setAt: moment }),
  ),
});
export type Incident = v.InferOutput<typeof Incident>;

/** GET /api/desk/incidents: all there ever were, the newest first. */
export const Incidents = v.strictObject({ incidents: v.array(Incident) });
