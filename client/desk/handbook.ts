import {
  HandbookAnswer,
  type HandbookContents,
  handbookFollows,
  type HandbookPlace,
  handbookRecipients,
  NO_HANDBOOK,
  openHandbook,
  ProtocolError,
  sealHandbook,
  type VerifiedHandbook,
  verifyHandbook,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { HandbookView } from '../models.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskMemory } from './memory.js';
import type { DeskSession, SignedInState } from './session.js';

/** The organisation's own words, as administrators sign them and handlers use them. */
export interface HandbookDesk {
  /**
   * The newest handbook. Never throws for what is wrong with it: it then holds nothing, and says why.
   * One by somebody who left shows administrators what stood there, for the next one.
   */
  handbook(): Promise<HandbookView>;
  /**
   * Signs these contents as the next handbook, sealed to the handlers and administrators of now.
   *
   * @throws ClientError `handbook_rolled_back` while the server shows an older one than this desk has
   * seen, `handbook_conflict` where it has other words now than {@link handbook} showed, ProtocolError `too_long`, `malformed`.
   */
  saveHandbook(contents: HandbookContents): Promise<HandbookView>;
}

/** What was found of the handbook, and how far this desk has seen it before. */
interface Found {
  answer: HandbookAnswer['handbook'];
  verified: VerifiedHandbook | null;
  view: HandbookView;
  seen: HandbookPlace | null;
}

/** See {@link HandbookDesk}; `shareHandbook` seals it anew where handlers came or left. */
export function createHandbookDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  memory: DeskMemory,
): HandbookDesk & { shareHandbook: () => Promise<void> } {
  const path = '/api/desk/handbook';
  /** The words that this session was shown last, to which the next ones are a change. */
  const shown = new WeakMap<SignedInState, string>();

  function show(view: HandbookView): HandbookView {
    shown.set(session.signedIn(), JSON.stringify(view.contents));
    return view;
  }

  async function look(): Promise<Found> {
    const state = session.signedIn();
    const { credential, account, keys } = state;
    const answer = (await session.api.ask(HandbookAnswer, { method: 'GET', path, credential }))
      .handbook;
    // after the handbook, so that the directory knows whoever signed it
    const { directory } = await watch.current();
    const seen = memory.read(state)?.handbook ?? null;
    const view = (
      reason: HandbookView['reason'],
      verified: VerifiedHandbook | null = null,
      contents: HandbookContents = NO_HANDBOOK,
    ): Found => ({
      answer,
      verified,
      seen,
      view: {
        number: verified?.handbook.number ?? 0,
        date: verified?.handbook.date ?? null,
        reason,
        contents,
      },
    });
    if (answer === null) return view(seen === null ? null : 'rolled_back');
    let verified: VerifiedHandbook;
    try {
      verified = verifyHandbook(answer.handbook, answer.box, directory);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return view('broken');
    }
    if (!verified.counts && account.part !== 'administrator') return view('signer_left', verified);
    if (!handbookFollows(seen, verified)) return view('rolled_back');
    const { handbook, hash, counts } = verified;
    if (counts && hash !== seen?.hash) {
      const place = { number: handbook.number, hash };
      await memory.change(state, (before) => {
        if (before === null) throw new ClientError('unexpected_answer');
        return { ...before, handbook: place };
      });
    }
    try {
      const contents = openHandbook(answer, handbook, account.id, keys);
      if (contents === null) return view(counts ? 'not_sealed' : 'signer_left', verified);
      // whoever is to sign the next one begins with what stood there, and looks it through
      return view(counts ? null : 'signer_left', verified, contents);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return view('broken', verified);
    }
  }

  async function save(found: Found, contents: HandbookContents): Promise<void> {
    const { credential, account, keys, installation } = session.signedIn();
    if (found.view.reason === 'rolled_back') throw new ClientError('handbook_rolled_back');
    const { directory } = await watch.current();
    const shown = found.verified && {
      number: found.verified.handbook.number,
      hash: found.verified.hash,
    };
    // one by somebody who left may be older than what was seen, or the only one that is known
    const place = (shown?.number ?? 0) >= (found.seen?.number ?? 0) ? shown : found.seen;
    const json = sealHandbook(contents, {
      installation,
      account: account.id,
      keys,
      number: (place?.number ?? 0) + 1,
      previous: place?.hash ?? null,
      date: session.today(),
      readers: handbookRecipients(directory),
    });
    await session.api.tell({ method: 'PUT', path, credential, json });
  }

  /** Whether others than the handlers and administrators of now can open it. */
  async function isOutdated({ answer }: Found): Promise<boolean> {
    if (answer === null) return false;
    const { directory } = await watch.current();
    const wanted = handbookRecipients(directory).map(({ id }): string => id);
    return JSON.stringify(wanted.sort()) !== JSON.stringify([...answer.recipients].sort());
  }

  async function shareHandbook(): Promise<void> {
    if (session.signedIn().account.part !== 'administrator') return;
    const found = await look();
    if (found.view.reason === null && (await isOutdated(found))) {
      await save(found, found.view.contents);
    }
  }

  return {
    async handbook() {
      const { part } = session.signedIn().account;
      // its words are for those who run the desk and work on cases
      if (part !== 'administrator' && part !== 'handler') {
        return { number: 0, date: null, reason: null, contents: NO_HANDBOOK };
      }
      const found = await look();
      if (part !== 'administrator' || found.view.reason !== null) return show(found.view);
      if (!(await isOutdated(found))) return show(found.view);
      await save(found, found.view.contents);
      return show((await look()).view);
    },
    async saveHandbook(contents) {
      const found = await look();
      const before = shown.get(session.signedIn()) ?? JSON.stringify(NO_HANDBOOK);
      // somebody else's words of a moment ago are not written over unread
      if (found.view.reason !== 'rolled_back' && JSON.stringify(found.view.contents) !== before) {
        throw new ClientError('handbook_conflict');
      }
      await save(found, contents);
      return show((await look()).view);
    },
    shareHandbook,
  };
}
