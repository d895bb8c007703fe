import type { Knex } from 'knex';
import {
  bodyHashOf,
  noteErasing,
  noteMembers,
  nothingErased,
  isEpochEntry,
  toBase64,
  type CaseId,
  type Compartment,
  type EntryHeader,
  type EpochBody,
  type ErasableRecord,
  type Erases,
  type Erasing,
  type NewEntry,
} from '../../crypto/public.js';
import { readEpochBody } from './rules.js';
import { entryOf } from './rows.js';
import { entriesAt, epochEntries, eraseBody, recordsIn } from './store.js';

/** One compartment as erasures look at it. */
export interface ErasableChain {
  erasing: Erasing;
  records: Map<number, ErasableRecord>;
}

/** Those compartments that entries about erasing stand in; most requests have none. */
export type ErasableChains = Partial<Record<Compartment, ErasableChain>>;

/**
 * Reads what the rules ask of the compartments in which something is to be erased.
 *
 * @param recused who declared to take no part in the case.
 */
export async function readErasable(
  trx: Knex,
  caseId: CaseId,
  entries: readonly NewEntry[],
  recused: ReadonlySet<string>,
): Promise<ErasableChains> {
  const chains: ErasableChains = {};
  for (const { header } of entries) {
    if (header.effect === null || header.erases === undefined) continue;
    chains[header.compartment] ??= await readChain(trx, caseId, header.compartment, recused);
  }
  return chains;
}

async function readChain(
  trx: Knex,
  caseId: CaseId,
  compartment: Compartment,
  recused: ReadonlySet<string>,
): Promise<ErasableChain> {
  const erasing = { ...nothingErased(), recused: new Set(recused) };
  const chain: ErasableChain = { erasing, records: new Map() };
  const epochs = new Map<number, EpochBody>();
  for (const row of await epochEntries(trx, caseId, compartment)) {
    const entry = entryOf(row);
    if (isEpochEntry(entry)) epochs.set(row.sequence, readEpochBody(entry));
  }
  for (const { sequence, record_hash, header } of await recordsIn(trx, caseId, compartment)) {
    const parsed = JSON.parse(header) as EntryHeader;
    chain.records.set(sequence, { header: parsed, hash: record_hash });
    const epoch = epochs.get(sequence);
    // in their order: whoever goes takes their proposals along
    if (epoch === undefined) noteErasing(erasing, parsed);
    else noteMembers(erasing, epoch);
  }
  return chain;
}

/**
 * Takes the bodies of entries away for good, whatever the rules say: they were asked before. What
 * stays of each is its header, the hash of its body and its signature.
 */
export async function eraseBodies(
  trx: Knex,
  caseId: CaseId,
  compartment: Compartment,
  { entries }: Erases,
): Promise<void> {
  const sequences = entries.map(({ sequence }) => sequence);
  for (const row of await entriesAt(trx, caseId, compartment, sequences)) {
    await eraseBody(trx, row, toBase64(bodyHashOf(entryOf(row))));
  }
}
