/** Longest passage of which each word is looked for in the title. */
const PASSAGE_LETTERS = 200;

function inOneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().toLocaleLowerCase();
}

/** Whether a title says something that was erased: it was cut from it, or shares a word with it. */
export function titleTellsOf(title: string, lost: readonly string[]): boolean {
  const shown = inOneLine(title).replace(/…$/u, '').trim();
  const words = new Set(shown.match(/[\p{L}\p{N}]+/gu) ?? []);
  return lost.some((passage) => {
    const line = inOneLine(passage);
    if (shown !== '' && line.includes(shown)) return true;
    if (line.length > PASSAGE_LETTERS) return false;
    const found = line.match(/[\p{L}\p{N}]+/gu) ?? [];
    return found.some((word) => word.length > 2 && words.has(word));
  });
}
