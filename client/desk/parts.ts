import type { EntryContent, HandlerAppend, OpenedEntry } from '../../crypto/private.js';
import { overviewOf } from '../casework/overview.js';
import {
  COVER_MARK,
  coverBy,
  coversWhole,
  endsLast,
  isRestrictable,
  partsIn,
  partsOf,
  partsOn,
  passagesFit,
  type RestrictedPart,
} from '../casework/parts.js';
import { textsOf, type Passage } from '../casework/passages.js';
import { saidIn } from '../casework/said.js';
import { ClientError } from '../errors.js';
import { beginDraft } from './case-draft.js';
import type { OpenedForHandler } from './case-opening.js';
import type { SignedInState } from './session.js';
import { titleTellsOf } from './title.js';

type Ending = Extract<EntryContent, { kind: 'part_unrestriction' }>;
type Correction = Extract<EntryContent, { kind: 'correction' }>;

function entryAt({ file }: OpenedForHandler, of: RestrictedPart['of']): OpenedEntry {
  const entries = file[of.compartment]?.entries ?? [];
  const entry = entries.find(({ sequence }) => sequence === of.sequence);
  if (entry === undefined) throw new ClientError('case_changed');
  return entry;
}

/** The words of an entry that a restriction is about. */
function wordsIn(entry: OpenedEntry, restriction: RestrictedPart): string[] {
  const texts = textsOf(entry.content);
  const { part } = restriction;
  if (part === null || coversWhole(entry, restriction)) return texts.map(({ text }) => text);
  return part.passages.map(({ field, from, to }) => {
    const found = texts.find((each) => each.field === field);
    return found?.text.slice(from, to) ?? '';
  });
}

/** Whether an entry came with these files. */
function filesFit({ content }: OpenedEntry, files: readonly string[]): boolean {
  const there = 'files' in content ? content.files : [];
  return files.every((id) => there.some(({ attachment }) => attachment === id));
}

/**
 * Restricts an entry, or a part of it. The title in lists is made anew where it came from those words.
 *
 * @throws ClientError `not_restrictable`, or `case_changed` where the passages or files are not there
 * any more.
 */
export function preparePartRestriction(
  opened: OpenedForHandler,
  state: SignedInState,
  content: RestrictedPart,
): HandlerAppend {
  const { file, overview, timeZone, country, today } = opened;
  const entry = entryAt(opened, content.of);
  if (!isRestrictable(entry.content)) throw new ClientError('not_restrictable');
  const { part } = content;
  if (part !== null && !(passagesFit(entry, part) && filesFit(entry, part.files))) {
    throw new ClientError('case_changed');
  }
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say('internal', content);
  const { parts, partsUnknown } = partsOf(opened.file);
  const others = parts.filter(({ id }) => id !== content.id);
  const cover = coverBy({ parts: [...others, content], partsUnknown });
  // as it is opened once this stands
  const said = {
    ...saidIn(file, timeZone, country),
    dialogue: file.dialogue.entries.map(cover),
    internal: [...(file.internal?.entries ?? []).map(cover), content],
  };
  const title = titleTellsOf(overview.title, wordsIn(entry, content)) ? null : overview.title;
  return draft.request({ overview: draft.overview(overviewOf(title, said, today)) });
}

/**
 * Ends the restriction of a part; whether that is the last one is as the case says now. A title that
 * was made of covered words is made anew of what is not covered any more.
 *
 * @throws ClientError `already_decided` where it ended before.
 */
export function preparePartEnd(
  opened: OpenedForHandler,
  state: SignedInState,
  content: Ending,
): HandlerAppend {
  const inForce = partsOf(opened.file);
  const last = endsLast(inForce, content.id);
  if (!last && !inForce.parts.some(({ id }) => id === content.id)) {
    throw new ClientError('already_decided');
  }
  const { file, overview, timeZone, country, today } = opened;
  const ending = { ...content, last };
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say('internal', ending);
  const notes = file.internal?.entries ?? [];
  const cover = coverBy(partsIn([...notes.map((entry) => entry.content), ending]));
  const said = {
    ...saidIn(file, timeZone, country),
    dialogue: file.dialogue.entries.map(cover),
    internal: [...notes.map(cover), ending],
  };
  // the mark itself may have been cut off where the title ends
  const title = overview.title.includes(COVER_MARK.slice(0, 2)) ? null : overview.title;
  return draft.request({ overview: draft.overview(overviewOf(title, said, today)) });
}

function overlaps(one: Passage, other: Passage): boolean {
  return one.field === other.field && one.from < other.to && other.from < one.to;
}

/**
 * Checks that a correction is of words and files that are there, and that none of them is restricted.
 *
 * @throws ClientError `case_changed`, `part_restricted`.
 */
export function checkCorrection(opened: OpenedForHandler, { of, part }: Correction): void {
  const entry = entryAt(opened, of);
  const files = part?.files ?? [];
  if (part !== null && !(passagesFit(entry, part) && filesFit(entry, files))) {
    throw new ClientError('case_changed');
  }
  const own = partsOn(partsOf(opened.file), of);
  const isHit = own.some((each) => {
    if (part === null || coversWhole(entry, each)) return true;
    const hitsWords = part.passages.some((mine) =>
      each.part?.passages.some((theirs) => overlaps(mine, theirs)),
    );
    return hitsWords || files.some((id) => each.part?.files.includes(id));
  });
  if (isHit) throw new ClientError('part_restricted');
}

/**
 * Checks that an entry says nothing anew of what an earlier one said that is restricted: of the same
 * person, task or disclosure, it would take its place.
 *
 * @throws ClientError `part_restricted`.
 */
export function checkNotReplacing(opened: OpenedForHandler, content: EntryContent): void {
  if (!('id' in content) || !isRestrictable(content)) return;
  const { file } = opened;
  const isHit = partsOf(file).parts.some(({ of }) => {
    const before = file[of.compartment]?.entries.find(({ sequence }) => sequence === of.sequence);
    const said = before?.content;
    return said?.kind === content.kind && 'id' in said && said.id === content.id;
  });
  if (isHit) throw new ClientError('part_restricted');
}
