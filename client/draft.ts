import * as v from 'valibot';
import {
  DraftKeyAnswer,
  fromBase64,
  fromJsonBytes,
  openBox,
  ready,
  sealBox,
  toBase64,
  toJsonBytes,
} from '../crypto/private.js';
import type { Api } from './api.js';

/** A short-lived key that only the server holds besides the page that fetched it. */
export interface DraftKey {
  id: string;
  key: Uint8Array;
}

/**
 * A new draft key, or the one of an earlier id while it lives. Throws ClientError `draft_key_gone`
 * when that one's time is over.
 */
export async function fetchDraftKey(api: Api, id: string | null): Promise<DraftKey> {
  await ready();
  const answer = await api.ask(DraftKeyAnswer, {
    method: 'POST',
    path: '/api/draft-keys',
    json: { id },
  });
  return { id: answer.id, key: fromBase64(answer.key) };
}

/** Seals what is being written, to lie in the tab until it is sent. */
export function sealDraft({ id, key }: DraftKey, draft: unknown): string {
  return toBase64(sealBox(key, 'draft', [id], toJsonBytes(draft)));
}

/** Opens a sealed draft. Throws ProtocolError where it was sealed under another key, or is none. */
export function openDraft({ id, key }: DraftKey, sealed: string): unknown {
  return fromJsonBytes(v.unknown(), openBox(key, 'draft', [id], fromBase64(sealed)));
}
