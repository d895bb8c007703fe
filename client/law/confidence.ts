/** How sure a rule of the data is: H: read in the statute, M: secondary source, L: nobody has verified it. */
export type Confidence = 'H' | 'M' | 'L';

/** The confidence that a row names; `L` for anything else than the three letters. */
export function confidenceOf(text: string): Confidence {
  return text === 'H' || text === 'M' ? text : 'L';
}
