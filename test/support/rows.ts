import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import {
  addDays,
  BOX_OVERHEAD,
  KEM_CIPHERTEXT_BYTES,
  KEM_PUBLIC_KEY_BYTES,
  OVERVIEW_BYTES,
  type CaseId,
  type Day,
} from '../../crypto/private.js';
import { createAudit } from '../../server/audit/service.js';
import type { TestOrganisation } from './organisation.js';

/** A case written straight into the tables, with all its sealed bytes: random ones. */
export interface FilledCase {
  readonly id: CaseId;
  readonly tokenHash: string;
  readonly scope: string;
  readonly closedDay: Day | null;
  /** Everything in it that no one may find afterwards. */
  readonly sealed: Buffer[];
}

export interface FillOptions {
  readonly closedDay?: Day | null;
  readonly practice?: boolean;
  readonly decisionDay?: Day | null;
  readonly channel?: string;
  /** Sealed bytes of each entry's text. */
  readonly entries?: readonly number[];
  /** Sealed bytes of each chunk of one file. */
  readonly chunks?: readonly number[];
  readonly activeDay?: Day;
  /** Whether the readers' desks keep keys and heads already, as after a first opening. */
  readonly opened?: boolean;
  readonly receivedDay?: Day;
}

/** Bytes of the smallest sealed text. */
export const SMALLEST_ENTRY = 4 * 1024 + 16;
const KEY_BOX = BOX_OVERHEAD + 32;
const HEAD_BOX = BOX_OVERHEAD + 256;

function id(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** What a case needs to know of the organisation that it is sent to. */
export interface FillPlace {
  readonly organisation: Pick<TestOrganisation['organisation'], 'id'>;
  readonly channel: Pick<TestOrganisation['channel'], 'id'>;
  readonly readers: readonly { readonly record: { readonly id: string } }[];
}

/** Fills the tables with a case that every reader of the organisation can open. */
export async function fillCase(
  db: Knex,
  { organisation, channel, readers }: FillPlace,
  options: FillOptions = {},
): Promise<FilledCase> {
  const sealed: Buffer[] = [];
  const seal = (bytes: number): Buffer => {
    const made = randomBytes(bytes);
    sealed.push(made);
    return made;
  };
  const caseId = id(32) as CaseId;
  const tokenHash = id(32);
  const scope = id(16);
  const closedDay = options.closedDay ?? null;
  const entries = options.entries ?? [SMALLEST_ENTRY, SMALLEST_ENTRY];
  const activeDay = options.activeDay ?? closedDay ?? ('2026-03-02' as Day);
  await db.transaction(async (trx) => {
    await trx('cases').insert({
      id: caseId,
      organisation: organisation.id,
      channel: options.channel ?? channel.id,
      country: 'SE',
      practice: options.practice === true ? 1 : 0,
      token_hash: tokenHash,
      creation_hash: id(32),
      reporter_kem: randomBytes(KEM_PUBLIC_KEY_BYTES),
      reporter_sig: randomBytes(32),
      received_day: options.receivedDay ?? addDays(activeDay, -60),
      active_day: activeDay,
      closed_day: closedDay,
      decision_due_day: options.decisionDay ?? null,
      escalated: 0,
      purging: 0,
      audit_scope: scope,
      dialogue_sequence: entries.length,
      dialogue_epoch: 1,
      internal_sequence: 0,
      identity_sequence: 0,
      identity_epoch: 0,
      internal_epoch: 0,
      reporter_sequence: entries.length,
    });
    for (const [index, bytes] of entries.entries()) {
      await fillEntry(trx, caseId, index + 1, seal(24), seal(bytes));
    }
    for (const recipient of ['reporter', ...readers.map(({ record }) => record.id)]) {
      const place = { case_id: caseId, compartment: 'dialogue', epoch: 1 };
      await trx('grants').insert({
        ...place,
        recipient,
        kem: seal(KEM_CIPHERTEXT_BYTES),
        box: seal(KEY_BOX),
      });
      if (recipient === 'reporter') continue;
      const own = { case_id: caseId, reader: recipient };
      if (options.opened !== false) {
        const box = seal(KEY_BOX);
        await trx('own_keys').insert({ ...own, compartment: 'dialogue', epoch: 1, box });
        await trx('heads').insert({ ...own, box: seal(HEAD_BOX) });
        await trx('openings').insert({ ...own, day: activeDay });
      }
      await trx('access').insert({
        ...own,
        state: closedDay === null ? 'open' : 'closed',
        active_day: activeDay,
      });
    }
    await trx('overviews').insert({
      case_id: caseId,
      compartment: 'dialogue',
      epoch: 1,
      commitment: id(32),
      box: seal(BOX_OVERHEAD + OVERVIEW_BYTES),
    });
    await trx('readings').insert({ case_id: caseId, sequence: 1, day: activeDay });
    const chunks = options.chunks ?? [];
    if (chunks.length > 0) {
      const attachment = id(16);
      await trx('attachments').insert({
        id: attachment,
        case_id: caseId,
        size: chunks.length * 2 ** 20,
        chunks: chunks.length,
        day: activeDay,
      });
      for (const [position, bytes] of chunks.entries()) {
        await trx('chunks').insert({
          id: Number(randomBytes(8).readBigUInt64BE() >> 11n),
          attachment,
          position,
          hash: randomBytes(32),
          data: seal(bytes),
        });
      }
    }
    const audit = createAudit({ clock: () => new Date(`${activeDay}T12:00:00Z`) });
    for (const action of ['opened', 'entry_added', 'closed']) {
      const details = { note: id(24) };
      sealed.push(Buffer.from(details.note));
      await audit.append(trx, { scope, action, actor: id(16), details });
    }
  });
  return { id: caseId, tokenHash, scope, closedDay, sealed };
}

/** Adds an entry to a case's dialogue. */
export async function fillEntry(
  db: Knex,
  caseId: CaseId,
  sequence: number,
  nonce: Buffer,
  body: Buffer,
): Promise<void> {
  await db('entries').insert({
    case_id: caseId,
    compartment: 'dialogue',
    sequence,
    epoch: 1,
    author: 'reporter',
    form: 'sealed',
    header: JSON.stringify({ case: caseId, sequence, filler: 'h'.repeat(300) }),
    nonce,
    body,
    record_hash: id(32),
    signature: randomBytes(64),
  });
}
