import {
  handlersOf,
  type Party,
  type RemovalsEntry,
  removalStanding,
} from '../../crypto/private.js';
import { disclosuresOf } from '../casework/disclosures.js';
import { proposalHash } from '../casework/removals.js';
import { ClientError } from '../errors.js';
import type { OpenedForHandler } from './case-opening.js';
import { aloneIn } from './aloneness.js';

/** Whether what was proposed last still stands, and nobody agreed to it. */
function isProposed({ file, answer, directory }: OpenedForHandler): boolean {
  return removalStanding(file, answer.removal, directory.directory) === 'proposed';
}

/**
 * Checks that what a handler says of removing a case can count: another handler's newest proposal,
 * which still stands, and which names an archive only where a whole export was made since by a
 * disclosure to that archive, on consent or after a notice: an archive is no proceeding that a notice
 * could jeopardise (article 16(3)). Whether two people are needed is the
 * server's rule too.
 *
 * @throws ClientError `already_decided` where it does not stand any more, `export_missing` where no
 * such export was made, `archive_receipt_missing` where nothing says that it has the case.
 */
export function checkRemoval(opened: OpenedForHandler, content: RemovalsEntry): void {
  if (content.kind !== 'removal') return;
  const entries = opened.file.internal?.entries ?? [];
  const proposal = entries.findLast(({ content: each }) => each.kind === 'removal_proposal');
  if (proposal === undefined || !isProposed(opened) || proposalHash(entries) !== content.of) {
    throw new ClientError('already_decided');
  }
  const said = proposal.content;
  if (said.kind !== 'removal_proposal' || said.ground !== 'archive') return;
  const toArchive = new Set(
    disclosuresOf({ internal: entries.map(({ content: each }) => each) }).flatMap((each) =>
      each.recipient.trim() === said.archive.trim() && each.identity?.basis !== 'jeopardy'
        ? [each.id]
        : [],
    ),
  );
  const isExported = entries.some(
    ({ sequence, content: each }) =>
      sequence > proposal.sequence &&
      each.kind === 'export' &&
      each.form === 'whole' &&
      each.state === 'made' &&
      each.disclosure !== null &&
      toArchive.has(each.disclosure),
  );
  if (!isExported) throw new ClientError('export_missing');
  if (content.received.trim() === '') throw new ClientError('archive_receipt_missing');
}

/**
 * Whether somebody may agree to the removal that was proposed last, as long as it stands. As the server has it: another
 * person proposed it, or nobody else could ever read the conversation or the notes, or all who could
 * left or declared a conflict, and nobody else may be given the case.
 */
export function agreesToRemoval(opened: OpenedForHandler, me: Party): boolean {
  const handlers = handlersOf(opened.directory.directory);
  const entries = opened.file.internal?.entries ?? [];
  const proposal = entries.findLast(({ content }) => content.kind === 'removal_proposal');
  if (proposal === undefined || !isProposed(opened)) return false;
  if (handlers.person(proposal.author) !== handlers.person(me)) return true;
  return aloneIn(opened, ['dialogue', 'internal'], me) !== 'no';
}
