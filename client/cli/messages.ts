import { ProtocolError, type ProtocolFault } from '../../crypto/private.js';
import { codeOf } from '../errors.js';
import type { Writable } from '../models.js';
import { Failure } from './failure.js';

const unchanged =
  'Nothing of it was stored. Try again later, or tell the organisation another way.';
const otherVersion =
  'This program and the server may be of different versions: get the newest release and try again.';

/** What the server answers, and what the client itself finds out, as far as people can act on it. */
const answers: Readonly<Record<string, string>> = {
  network:
    'The server could not be reached. A report with --key-file can be sent again by the same command; for a message, see with `casekey return` whether it arrived.',
  unavailable: 'The server is busy. The same command can be run again in a while.',
  timeout: 'The server waited too long for an answer. The same command can be run again.',
  internal: 'The server failed. The same command can be run again in a while.',
  too_many_requests: 'Too much was written or asked of late. Wait a while and run it again.',
  work_needed:
    'Very much is arriving at the server just now. The same command can be run again in a while.',
  storage_full: `The server has no room for this now. ${unchanged} Without files there may be room.`,
  case_full:
    'As much as fits into one case has been written or sent here. Make a new report and mention this one.',
  cancelled: 'Cancelled.',
  unexpected_answer: `What answered does not speak this protocol. Check the address. ${otherVersion}`,
  file_unreadable: 'A file could not be read, or it changed while it was being sent.',
  file_unwritable: 'A file could not be written there. Choose another folder with --out.',
  build_missing:
    'There is no build beside this program to compare with: run `npm run build`, or give --manifest.',
  build_damaged: 'The build beside this program is not whole: run `npm run build` again.',
  case_not_found:
    'No case opens with this key. Check the words; a case that was removed after its time answers the same.',
  case_exists: 'There is a case under this key already. Every report needs a new key.',
  already_sent:
    'A report was sent with this key before, and it arrived. `casekey return` shows it; add what is new with `casekey reply`.',
  channel_unknown: `The organisation has no such channel any more. ${unchanged}`,
  practice_only: 'The channel is not open yet and takes practice reports only.',
  channel_closed: 'The channel takes no new reports. Choose another; --help tells how.',
  practice_over: 'The channel was opened in this moment. Run the command again.',
  receipts_off:
    'The server gives no receipts just now. Ask again later with `casekey return --receipt FILE`.',
  nobody_left:
    'Nobody would be left to read the report. Turn to an authority instead: the page of the channel names them.',
  readers_changed:
    'Who reads the reports of this channel changed in this moment. Look at the readers and run the command again.',
  directory_expired:
    'Nobody of the organisation has confirmed its list of readers for over 90 days, so nothing is sealed to them. Tell the organisation another way, or an authority.',
  directory_withheld:
    'The server handed out the case but not the list of its readers, so nobody can tell who wrote in it, and nothing is shown. Try again later. If it stays like this, tell the organisation another way, or an authority.',
  file_too_large:
    'A file is larger than the organisation allows. Send it in parts or a smaller copy.',
  too_large: 'That is more than the server takes at once. Shorten the text or send it in parts.',
  too_long: 'The text is too long. Shorten it, or send the rest as a message afterwards.',
  upload_incomplete: 'The server lost a part of a file. Run the command again.',
  upload_not_found: 'The server does not know the file that was begun. Run the command again.',
  attachment_taken: 'The server mixed up two files. Run the command again.',
  attachment_not_found: 'The server does not hand out this file.',
  chunk_taken: 'The server mixed up parts of a file. Run the command again.',
  gone: 'What was asked for is gone.',
  sequence_taken: 'Somebody else wrote in the same moment, several times. Run the command again.',
  epoch_outdated: 'Who may read the case changed in the same moment. Run the command again.',
  previous_unknown: 'Somebody else wrote in the same moment. Run the command again.',
  cross_site: 'The server takes this program for a page of another site. Check the address.',
};

/** What does not verify: the server, or whoever sits between, handed out something else. */
const faults: Readonly<Record<ProtocolFault, string>> = {
  malformed: 'something that is not written as the protocol says',
  unknown_version: 'something of a version that this program does not know',
  wrong_commitment: 'something sealed under another key',
  does_not_open: 'something that the key does not open',
  wrong_signature: 'something whose signature is wrong',
  wrong_case_id: 'another case than the one asked for',
  wrong_sequence: 'entries that are not in their order',
  wrong_previous: 'entries that do not follow each other',
  wrong_epoch: 'a list of readers that the organisation did not confirm',
  not_a_member: 'something from a person who may not write here',
  wrong_compartment: 'an entry from elsewhere',
  unknown_author: 'an entry that its author may not write',
  missing_entry: 'a case in which an entry is missing',
  truncated_chain: 'a case in which later entries are missing',
  rewritten_chain: 'a case whose entries were changed',
  reused_seen_head: 'an entry that answers something older than it should',
  left_out_member: 'a case that was opened to somebody whom you left out',
  wrong_directory:
    'a list of readers that is not the one the organisation signed, or not the one of the case',
  directory_rolled_back: 'an older list of readers than it showed before, or than the case names',
  wrong_effect: 'an entry that does to the case what its author may not',
  wrong_erasure: 'an entry that erases what its author may not',
  wrong_facts: 'something about the case that its entries contradict',
  wrong_chunk: 'a part of a file that is not what was sent',
  wrong_manifest: 'a file that is not what was sent',
  too_long: 'something too long',
};

/** Faults that a file shows, not the case. */
const inFiles: readonly string[] = ['wrong_chunk', 'wrong_manifest'];

const later =
  'It may be a fault. Try again later; if it stays like this, keep your case key and tell the organisation another way, or an authority.';

function handedOut(fault: string): string {
  const what = (faults as Readonly<Record<string, string>>)[fault] ?? 'something wrong';
  return `The server handed out ${what} (${fault}).`;
}

/** What happened, what is safe and what to do, about a fault for which nothing could be opened. */
export function faultText(fault: string): string {
  const safe = inFiles.includes(fault)
    ? 'Nothing of this file was kept.'
    : 'Nothing of it is shown, and nothing was sent.';
  return `${handedOut(fault)} ${safe} ${later}`;
}

/** The same about a fault in a case that was opened as far as it holds. */
export function caseFaultText(fault: string, writable: Writable): string {
  if (fault === 'left_out_member') {
    return 'Somebody whom you left out was given access to this case (left_out_member), and may have read what stands in it. Write nothing more here; turn to an authority.';
  }
  if (writable !== 'after_new_keys') {
    const safe = 'What is shown was checked; what comes after it is not shown, and may be missing.';
    return `${handedOut(fault)} ${safe} Nothing can be written into this case. ${later}`;
  }
  const key =
    fault === 'missing_entry'
      ? 'You were given no key to what is written in this case now'
      : 'The key that you were given to what is written in this case now is wrong';
  return `${key} (${fault}): the server, or whoever renewed the keys last, kept it back. What is shown was checked. Nothing can be written until a reader renews the keys: look in again in a few days. If it is urgent, turn to an authority.`;
}

/** What a code of the server or the client means and what to do about it. */
export function textOfCode(code: string): string {
  return answers[code] ?? `The server refused this: ${code}. Nothing was stored. ${otherVersion}`;
}

/** What to tell a person about anything thrown; never a stack, never what was written. */
export function messageOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof ProtocolError) return faultText(error.fault);
  const code = codeOf(error);
  if (code === 'unexpected') {
    const name = error instanceof Error ? error.name : typeof error;
    return `This program failed (${name}). Nothing was lost that the server had confirmed.`;
  }
  return code in faults && !(code in answers) ? faultText(code) : textOfCode(code);
}
