import type { HandbookContents, OwnReadyText, ReadyPurpose } from '../../../crypto/private.js';
import { localText } from './desk.js';

/** Texts by language. */
export type ByLanguage = Readonly<Record<string, string>>;

/** The built-in ready texts, by language and purpose. */
export type BuiltIn = Readonly<Record<string, Readonly<Record<ReadyPurpose, string>>>>;

/** A ready text as handlers are offered it. */
export interface ReadyText {
  /** Names it in lists: its purpose, or the place of one that the organisation added. */
  key: string;
  purpose: ReadyPurpose;
  /** The organisation's name for it; empty for a built-in one. */
  name: string;
  texts: ByLanguage;
}

/** The built-in texts of one purpose, in every language. */
export function builtInTexts(builtIn: BuiltIn, purpose: ReadyPurpose): ByLanguage {
  return Object.fromEntries(
    Object.entries(builtIn).map(([language, texts]) => [language, texts[purpose]]),
  );
}

/**
 * The ready texts for these purposes: the built-in ones as the organisation left them, then its own.
 * A language that it did not change keeps the built-in text.
 */
export function readyTextsFor(
  builtIn: BuiltIn,
  { texts }: Pick<HandbookContents, 'texts'>,
  purposes: readonly ReadyPurpose[],
): ReadyText[] {
  const own = (purpose: ReadyPurpose): OwnReadyText | undefined =>
    texts.find((each) => each.state !== 'added' && each.purpose === purpose);
  const kept = purposes.flatMap((purpose): ReadyText[] => {
    const change = own(purpose);
    if (change?.state === 'removed') return [];
    const changed = change?.state === 'changed' ? change.texts : {};
    const all = { ...builtInTexts(builtIn, purpose), ...changed };
    return [{ key: purpose, purpose, name: '', texts: all }];
  });
  const added = texts.flatMap((each, index): ReadyText[] =>
    each.state === 'added' && purposes.includes(each.purpose)
      ? [{ key: `own-${String(index)}`, purpose: each.purpose, name: each.name, texts: each.texts }]
      : [],
  );
  return [...kept, ...added];
}

/** The text in the language, else in English, else in any, with the language it is in. */
export function textIn(texts: ByLanguage, language: string): { text: string; language: string } {
  const found = [language, 'en', ...Object.keys(texts)].find((each) => texts[each] !== undefined);
  return { text: found === undefined ? '' : (texts[found] ?? ''), language: found ?? language };
}

/** What the organisation calls the stages under a status, in the page's language. */
export function stagesOf(
  { stages }: Pick<HandbookContents, 'stages'>,
  progress: string | null,
): string[] {
  return stages.filter((stage) => stage.progress === progress).map(({ names }) => localText(names));
}

/**
 * What somebody wrote down as the stage of a case: in the page's language where it is one of the
 * organisation's, whatever language it was chosen in, else as it was written.
 */
export function stageText(
  { stages }: Pick<HandbookContents, 'stages'>,
  progress: string | null,
  detail: string,
): string {
  const stage = stages.find(
    (each) => each.progress === progress && Object.values(each.names).includes(detail),
  );
  return stage === undefined ? detail : localText(stage.names);
}
