import type { NoticeWord, OwnAuthority } from '../../../crypto/public.js';
import { byId, clone, fillSlot, slot } from './dom.js';
import { writeText } from './format.js';

/** A part of what the organisation says in a language of its own, on a line of its own. */
function lineOf(texts: Readonly<Record<string, string>>): HTMLElement[] {
  const line = document.createElement('span');
  line.className = 'written';
  return writeText(line, texts) ? [document.createElement('br'), line] : [];
}

/** An authority that the organisation names. Its address is text, so that nothing leads there unread. */
function authorityItem({ names, url, contact, conditions }: OwnAuthority): HTMLElement {
  const item = clone('authority');
  writeText(slot(item, 'name'), names);
  fillSlot(item, 'domain', url);
  slot(item, 'source').remove();
  item.append(...lineOf(contact === null ? {} : { '': contact }), ...lineOf(conditions));
  return item;
}

/**
 * Shows in a place what the organisation says beneath a notice, marked as its word; null for nothing.
 */
export function showOwnWord(
  place: string,
  word: (NoticeWord & { added?: readonly OwnAuthority[] }) | null,
): void {
  const box = byId(place);
  box.replaceChildren();
  if (word === null) return;
  const block = clone('own-word');
  const text = slot(block, 'word');
  if (!writeText(text, word.words)) text.remove();
  const added = slot(block, 'added');
  if (word.added === undefined || word.added.length === 0) added.remove();
  else added.append(...word.added.map(authorityItem));
  box.append(block);
}
