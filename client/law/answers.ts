/** What a handler says to a reporter that shows that the report arrived and somebody has it. */
const ANSWERS = [
  'acknowledgement',
  'reply',
  'feedback',
  'closure',
  'meeting_proposal',
  'transcript',
] as const;

const FEEDBACK = ['feedback', 'closure'] as const;

/**
 * Whether this acknowledges receipt (Directive (EU) 2019/1937 article 9(1)(b), which asks for no
 * form): whatever handlers answer does. Desk, figures and the reporter's page go by it alike.
 */
export function isAnswer<C extends { kind: string }>(
  content: C,
): content is C & { kind: (typeof ANSWERS)[number] } {
  return (ANSWERS as readonly string[]).includes(content.kind);
}

/**
 * Whether this is feedback, which says what was done or is going to be and why (articles 5(13) and
 * 9(1)(f)): a closure says the outcome, and has words to the reporter.
 */
export function isFeedback<C extends { kind: string }>(
  content: C,
): content is C & { kind: (typeof FEEDBACK)[number] } {
  return (FEEDBACK as readonly string[]).includes(content.kind);
}
