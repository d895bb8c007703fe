import { type Compartment, type Party, type SealedOverview } from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import type { AppendContext, Chains } from './rules.js';
import type { AccessRow, CaseRow, OverviewRow } from './rows.js';

/** A case after entries were added, with the commitments of its newest epochs. */
export interface AppendedCase {
  row: CaseRow;
  /** Null where a compartment has no epoch, and where it was not looked at. */
  commitments: Readonly<Record<Compartment, string | null>>;
}

/** Where a case stands in the lists of those who may open it. */
export function placeOf(row: CaseRow): Pick<AccessRow, 'state' | 'active_day'> {
  return { state: row.closed_day === null ? 'open' : 'closed', active_day: row.active_day };
}

/** Who may open a case whose dialogue ends so: the readers among its members. */
export function accessRows(row: CaseRow, chains: Chains): AccessRow[] {
  return (chains.dialogue.epoch?.members ?? [])
    .filter(({ id }) => id !== 'reporter')
    .map(({ id, guest }) => ({
      ...placeOf(row),
      reader: id,
      case_id: row.id,
      last_day: guest?.until ?? null,
    }));
}

/** What the rules ask of a case. */
export function identityOf(row: CaseRow): AppendContext['case'] {
  const reporter = { kem: textOf(row.reporter_kem), sig: textOf(row.reporter_sig) };
  return { id: row.id, organisation: row.organisation, reporter };
}

/** The case once its chains end where they end now. */
export function afterwards(
  row: CaseRow,
  author: Party,
  { dialogue, internal, identity }: Chains,
): CaseRow {
  const isDropped = dialogue.epoch?.members.every(({ id }) => id !== row.removal_by) === true;
  const wroteThere = author === 'reporter' && dialogue.sequence > row.dialogue_sequence;
  return {
    ...row,
    dialogue_sequence: dialogue.sequence,
    dialogue_epoch: dialogue.epoch?.number ?? row.dialogue_epoch,
    internal_sequence: internal.sequence,
    internal_epoch: internal.epoch?.number ?? row.internal_epoch,
    identity_sequence: identity.sequence,
    identity_epoch: identity.epoch?.number ?? row.identity_epoch,
    reporter_sequence: wroteThere ? dialogue.sequence : row.reporter_sequence,
    // who reads the case no more agrees to nothing that comes later
    removal_by: isDropped ? null : row.removal_by,
  };
}

/** The commitments of the newest epochs. */
export function commitmentsOf({
  dialogue,
  internal,
  identity,
}: Chains): AppendedCase['commitments'] {
  return {
    dialogue: dialogue.epoch?.commitment ?? null,
    internal: internal.epoch?.commitment ?? null,
    identity: identity.epoch?.commitment ?? null,
  };
}

/**
 * The row that keeps a case's overview.
 *
 * @throws ApiError `epoch_outdated` unless it is under the newest epoch, or `malformed`.
 */
export function overviewRow(
  { row, commitments }: AppendedCase,
  { compartment, epoch, box }: SealedOverview,
): OverviewRow {
  const commitment = commitments[compartment];
  if (commitment === null || epoch !== row[`${compartment}_epoch`]) {
    throw new ApiError('epoch_outdated');
  }
  return { case_id: row.id, compartment, epoch, commitment, box: bytesOf(box) };
}
