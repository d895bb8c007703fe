import type { Day, LinkRelation, Overview } from '../../crypto/private.js';
import type { Said } from './said.js';

/** A task as it stands now. */
export interface Task {
  id: string;
  name: string;
  due: Day | null;
  /** Whose task it is; null for nobody's yet. */
  reader: string | null;
  state: 'open' | 'done' | 'dropped';
}

/** A case that belongs to this one. */
export interface CaseLink {
  caseId: string;
  relation: LinkRelation;
}

/** Where the work on a case stands, as its entries give it. */
export interface CaseWork {
  /** Null until a handler says where the work stands. */
  progress: Overview['status'] | null;
  /** The organisation's own word for it, or empty. */
  detail: string;
  labels: readonly string[];
  /** Ids of the readers who are responsible; who reads the case no more is not. */
  responsible: Overview['responsible'];
  /** In the order in which they were made. */
  tasks: readonly Task[];
  links: readonly CaseLink[];
}

/**
 * Whether a case ever was under investigation, by what handlers said; null where none of it says so and
 * some cannot be read any more.
 */
export function wasInvestigated({ internal }: Pick<Said, 'internal'>): boolean | null {
  const was = internal.some(
    (content) => content.kind === 'progress' && content.progress === 'investigation',
  );
  if (was) return true;
  return internal.some(({ kind }) => kind === 'erased' || kind === 'unreadable') ? null : false;
}

/**
 * Where the work on a case stands: for everything the newest word counts. What cannot be read says
 * nothing.
 */
export function workOf({
  internal,
  readersSince = [],
}: Pick<Said, 'internal' | 'readersSince'>): CaseWork {
  let { progress, detail, labels, responsible }: CaseWork = {
    progress: null,
    detail: '',
    labels: [],
    responsible: [],
    tasks: [],
    links: [],
  };
  const tasks = new Map<string, Task>();
  const links = new Map<string, CaseLink>();
  for (const [index, content] of internal.entries()) {
    if (content.kind === 'progress') ({ progress, detail } = content);
    if (content.kind === 'labels') ({ labels } = content);
    if (content.kind === 'responsible') {
      responsible = content.readers.filter((id) => readersSince[index]?.has(id) ?? true);
    }
    if (content.kind === 'task') {
      const { id, name, due, reader, state } = content;
      tasks.set(id, { id, name, due, reader, state });
    }
    if (content.kind === 'link') {
      const link = { caseId: content.case, relation: content.relation };
      const key = JSON.stringify(link);
      if (content.state === 'linked') links.set(key, link);
      else links.delete(key);
    }
  }
  return {
    progress,
    detail,
    labels,
    responsible,
    tasks: [...tasks.values()],
    links: [...links.values()],
  };
}
