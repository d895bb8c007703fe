import { type EntryContent, openHead, type Outcome } from '../../crypto/private.js';
import { isToldOutside } from '../casework/consent.js';
import { caseworkEntry, type CaseworkInput } from '../casework/input.js';
import { keepingOf } from '../casework/keeping.js';
import { isPartRestricted } from '../casework/parts.js';
import { saidIn } from '../casework/said.js';
import { workOf } from '../casework/work.js';
import { ClientError, codeOf } from '../errors.js';
import type { HandlerAppend } from '../../crypto/private.js';
import { newestMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import { endsAll, type OnBulk } from './case-walk.js';
import { prepareMessage, prepareNote } from './case-work.js';
import type { DeskSession, SignedInState } from './session.js';
import type { Workplace } from './workplace.js';

/** With which outcome several cases may be closed at once. */
export type BulkOutcome = Extract<Outcome, 'spam' | 'duplicate'>;

/** What a person decided to do in each of the cases that they chose. */
export type BulkOrder =
  | { do: 'label' | 'unlabel'; label: string }
  | { do: 'assign'; reader: string }
  /** The text goes to each reporter, the note among the handlers of each case; empty for none. */
  | { do: 'close'; outcome: BulkOutcome; text: string; note: string };

/** What came of it, case by case. */
export interface ChosenResult {
  /** Where something was written. */
  changed: string[];
  /** Where everything was so already. */
  unchanged: string[];
  /** Where it could not be, or was not to be, and why. */
  failed: { id: string; code: string }[];
  /** What was not come to, since the person or the network ended it before. */
  left: string[];
  /** The code of what ended it, `cancelled` for the person; null where all were gone through. */
  ended: string | null;
}

/** Work on several cases that somebody chose. */
export interface BulkDesk {
  /**
   * Does the same in each case, each by an entry of its own. What fails in one is named, and the
   * others go on. May be stopped, and called again with what is left.
   */
  workOnChosen(
    ids: readonly string[],
    order: BulkOrder,
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<ChosenResult>;
}

/** Whether the reporter wrote something that this person has not opened. */
function isUnread({ answer, file }: OpenedForHandler, state: SignedInState): boolean {
  const { head } = answer;
  const read =
    head === null ? 0 : openHead(state.keys.own, file.id, state.account.id, head).readThrough;
  return file.dialogue.chain.records.some(
    ({ entry: { header } }) => header.author === 'reporter' && header.sequence > read,
  );
}

/**
 * What keeps a case from being closed together with others.
 *
 * @throws ClientError `already_closed`, `case_unread`, `case_held`, `case_restricted`,
 * `part_restricted`, or `told_missing` where nobody outside reads what is written: whether the person
 * was told is another matter in each.
 */
function checkClosable(opened: OpenedForHandler, state: SignedInState): void {
  if (opened.answer.case.closedOn !== null) throw new ClientError('already_closed');
  if (isUnread(opened, state)) throw new ClientError('case_unread');
  const said = saidIn(opened.file, opened.timeZone);
  if (isToldOutside(said)) throw new ClientError('told_missing');
  const keeping = keepingOf(said);
  if (keeping.hold !== null) throw new ClientError('case_held');
  if (keeping.restriction !== null) throw new ClientError('case_restricted');
  if (isPartRestricted(keeping)) throw new ClientError('part_restricted');
}

/** What is to be said among handlers; null where it is so already. */
function workFor(
  opened: OpenedForHandler,
  order: Exclude<BulkOrder, { do: 'close' }>,
): CaseworkInput | null {
  const { labels, responsible } = workOf(saidIn(opened.file, opened.timeZone));
  if (order.do === 'assign') {
    const { reader } = order;
    if (!newestMembers(opened).some(({ id }) => id === reader)) {
      throw new ClientError('cannot_read_case');
    }
    if (responsible.length === 1 && responsible[0] === reader) return null;
    return { kind: 'responsible', readers: [reader], text: '' };
  }
  const has = labels.includes(order.label);
  if (has === (order.do === 'label')) return null;
  const others = labels.filter((each) => each !== order.label);
  return { kind: 'labels', labels: has ? others : [...others, order.label] };
}

/** See {@link BulkDesk}. */
export function createBulkDesk(session: DeskSession, workplace: Workplace): BulkDesk {
  function prepare(
    opened: OpenedForHandler,
    state: SignedInState,
    order: BulkOrder,
    at: string,
  ): HandlerAppend | null {
    if (order.do === 'close') {
      checkClosable(opened, state);
      const { outcome, text, note } = order;
      const content: EntryContent = { kind: 'closure', at, outcome, text, files: [] };
      return prepareMessage(opened, state, content, [], note);
    }
    const input = workFor(opened, order);
    return input === null ? null : prepareNote(opened, state, caseworkEntry(input, at), []);
  }

  return {
    async workOnChosen(ids, order, onProgress, signal) {
      const result: ChosenResult = {
        changed: [],
        unchanged: [],
        failed: [],
        left: [],
        ended: null,
      };
      for (const [index, id] of ids.entries()) {
        onProgress({ done: index, of: ids.length });
        try {
          signal?.throwIfAborted();
          const at = session.now().toISOString();
          const written = await workplace.write(
            id,
            ['bulk', order],
            (opened, state) => prepare(opened, state, order, at),
            { signal },
          );
          (written ? result.changed : result.unchanged).push(id);
        } catch (error) {
          const code = signal?.aborted === true ? 'cancelled' : codeOf(error);
          if (code === 'sign_in_needed') throw error;
          if (code === 'cancelled' || endsAll(error)) {
            return { ...result, left: ids.slice(index), ended: code };
          }
          result.failed.push({ id, code });
        }
      }
      onProgress({ done: ids.length, of: ids.length });
      return result;
    },
  };
}
