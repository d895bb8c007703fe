const words = (
  'the pump was never inspected and nobody asked why although the log says otherwise since March ' +
  'when the contractor changed invoices were paid twice for work that was not done in hall four'
).split(' ');

/** A plain text of so many letters; the same every time. */
export function textOfLength(length: number): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1) {
    text += `${words[(index * 7) % words.length] ?? ''} `;
  }
  return text.slice(0, length);
}
