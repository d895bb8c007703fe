import {
  AuditAnswer,
  AuditContent,
  type AuditEntry,
  AuditScopes,
  firstBrokenLink,
  fromJsonBytes,
  utf8,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { AuditLine } from '../models.js';
import type { DeskSession } from './session.js';

/** The audit log as far as this person may read it. */
export interface AuditDesk {
  /** Every line, oldest first within its chain. */
  audit(): Promise<AuditLine[]>;
  /** Follows every readable chain. `broken` names case (null: not a case's) and sequence. */
  verifyAudit(): Promise<{
    checked: number;
    broken: { caseId: string | null; sequence: number }[];
  }>;
}

interface Chain {
  caseId: string | null;
  entries: AuditEntry[];
}

/** See {@link AuditDesk}. */
export function createAuditDesk(session: DeskSession): AuditDesk {
  async function chain(scope: string): Promise<AuditEntry[]> {
    const { credential } = session.signedIn();
    const entries: AuditEntry[] = [];
    for (;;) {
      const after = entries.at(-1)?.sequence ?? 0;
      const path = `/api/desk/audit?scope=${encodeURIComponent(scope)}&after=${String(after)}`;
      const answer = await session.api.ask(AuditAnswer, { method: 'GET', path, credential });
      if (answer.entries.length === 0) return entries;
      const goesOn = answer.entries.every((entry) => entry.scope === scope);
      if (!goesOn || (answer.entries.at(-1)?.sequence ?? 0) <= after) {
        throw new ClientError('unexpected_answer');
      }
      entries.push(...answer.entries);
    }
  }

  async function chains(): Promise<Chain[]> {
    const { credential } = session.signedIn();
    const answer = await session.api.ask(AuditScopes, {
      method: 'GET',
      path: '/api/desk/audit',
      credential,
    });
    const found: Chain[] = [];
    for (const { scope, case: caseId } of answer.scopes) {
      found.push({ caseId, entries: await chain(scope) });
    }
    return found;
  }

  function lineOf(caseId: string | null, entry: AuditEntry): AuditLine[] {
    if (entry.content === null) return [];
    const content = fromJsonBytes(AuditContent, utf8(entry.content));
    const { at, action, actor, details } = content;
    return [{ sequence: entry.sequence, at, action, actor, caseId, details }];
  }

  return {
    async audit() {
      return (await chains())
        .flatMap(({ caseId, entries }) => entries.flatMap((entry) => lineOf(caseId, entry)))
        .sort((a, b) => a.at.localeCompare(b.at));
    },
    async verifyAudit() {
      const found = await chains();
      return {
        checked: found.reduce((sum, { entries }) => sum + entries.length, 0),
        broken: found.flatMap(({ caseId, entries }) => {
          const sequence = firstBrokenLink(entries);
          return sequence === null ? [] : [{ caseId, sequence }];
        }),
      };
    },
  };
}
