import type { Answers, Category, Outcome, Relation } from '../../crypto/private.js';
import type { CaseworkInput } from '../casework/input.js';
import type { FileSource } from '../models.js';

/** The two handlers of the demo. */
export type HandlerName = 'maja' | 'tobias';

/** What a reporter writes first. */
export interface StoryReport {
  language: 'en' | 'sv';
  category: Category;
  relation: Relation;
  text: string;
  answers?: Answers;
  leftOut?: readonly HandlerName[];
  files?: readonly FileSource[];
}

interface Step {
  /** How many days before today. */
  daysAgo: number;
}

/** A handler reads the case and writes to the reporter. */
interface MessageStep extends Step {
  by: HandlerName;
  write: 'acknowledgement' | 'reply' | 'feedback' | 'reopening';
  text: string;
  files?: readonly FileSource[];
}

/** What a handler says of the work, where ids and days are known only when the demo starts. */
export type StoryWork = (
  readers: Readonly<Record<HandlerName, string>>,
  dayIn: (days: number) => string,
) => CaseworkInput;

/** What happens in a case, one thing after the other. */
export type StoryStep =
  | (Step & { by: 'reporter'; report: StoryReport })
  | (Step & { by: 'reporter'; message: string; files?: readonly FileSource[] })
  | MessageStep
  | (Step & { by: HandlerName; close: Outcome; text: string })
  | (Step & { by: HandlerName; note: string })
  | (Step & { by: HandlerName; work: StoryWork })
  | (Step & { by: HandlerName; title: string });

/** One synthetic case. */
export interface Story {
  /** What it shows. */
  shows: string;
  steps: readonly StoryStep[];
}
