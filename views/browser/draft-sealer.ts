import { openDraft, sealDraft, type DraftKey } from '../../client/draft.js';
import type { SealedDraft } from './reporter/api.js';

/** The server keeps a key for some hours, or until it is started anew: long before, a new one is taken. */
const RENEW_AFTER = 30 * 60_000;
/** A server that does not answer is not asked again at every letter. */
const REST = 60_000;

/** Seals and opens drafts, and keeps the key to them in this memory alone. */
export interface DraftSealer {
  /** Throws ClientError where no key is held and none can be had. */
  seal(draft: unknown): Promise<SealedDraft>;
  /** Throws ClientError `draft_key_gone`, or ProtocolError for what was not sealed under that key. */
  open(draft: SealedDraft): Promise<unknown>;
}

/**
 * @param fetchKey a new key for null, or the one of an earlier id.
 * @param now milliseconds.
 */
export function createDraftSealer(
  fetchKey: (id: string | null) => Promise<DraftKey>,
  now: () => number,
): DraftSealer {
  let held: DraftKey | null = null;
  let renewAt = 0;

  const take = async (): Promise<DraftKey> => {
    const key = await fetchKey(null);
    renewAt = now() + RENEW_AFTER;
    return key;
  };

  const currentKey = async (): Promise<DraftKey> => {
    if (held === null || now() < renewAt) return held ?? (await take());
    const old = held;
    return take().catch(() => {
      renewAt = now() + REST;
      return old;
    });
  };

  return {
    async seal(draft) {
      held = await currentKey();
      return { id: held.id, sealed: sealDraft(held, draft) };
    },
    async open({ id, sealed }) {
      const key = await fetchKey(id);
      const draft = openDraft(key, sealed);
      held = key;
      // nobody knows how much of its time is left
      renewAt = now();
      return draft;
    },
  };
}
