import {
  AccountId,
  AUDIT_PAGE,
  AuditAnswer,
  type AuditEntry,
  type AuditHead,
  auditHeadFields,
  type AuditPlace,
  type CaseId,
  faultInAuditHead,
  firstBrokenLink,
  sign,
  signersOf,
  toBase64,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { ClientError } from '../errors.js';
import type { LogFinding } from '../models.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskMemory } from './memory.js';
import type { DeskSession, SignedInState } from './session.js';

/**
 * Most entries of one chain that are followed at a sign-in. Whoever has more to follow, the first
 * time, signs what was followed, and goes on from there at the next.
 */
const MOST_AT_ONCE = 5000;

/** The chains of no case. */
const GENERAL = ['organisation', 'operation'] as const;

/** Those of them that somebody may read. */
export function generalScopes({ account }: SignedInState): (typeof GENERAL)[number][] {
  return account.part === 'handler' ? ['organisation'] : [...GENERAL];
}

/** A chain and the case it belongs to, null for the general ones. */
export interface ChainOf {
  scope: string;
  caseId: CaseId | null;
}

/** How far a chain was followed and signed, and what speaks against it. */
export interface Followed {
  findings: LogFinding[];
  /** What to remember from now on: nothing new where something was found. */
  place: AuditPlace | null;
}

/** The audit log's chains as this desk follows and signs them. */
export interface LogWatch {
  /**
   * At sign-in: follows the chains of organisation and, for administrators, operation from where this
   * desk signed last, signs their heads, and gives them to the server. A chain that contradicts what
   * was signed is not signed again. Answers what was found.
   */
  signLog(): Promise<LogFinding[]>;
  /** The same for the chain of a case that was opened; `remembered` is what this desk signed there. */
  followCase(chain: ChainOf, remembered: AuditPlace | null): Promise<Followed>;
  /** Every entry of a chain, oldest first. */
  entries(scope: string): Promise<AuditEntry[]>;
  /** The next entries of a chain above one, and the head of it that this account signed last. */
  page(scope: string, after: number): Promise<AuditAnswer>;
  /** A head of now, signed by this account. */
  signed(scope: string, [sequence, hash]: AuditPlace): AuditHead;
}

/** A claim that an entry had a hash, which the chain must bear out. */
interface Mark {
  sequence: number;
  hash: string;
  day: string | null;
}

/** See {@link LogWatch}. */
export function createLogWatch(
  session: DeskSession,
  watch: DirectoryWatch,
  memory: DeskMemory,
): LogWatch {
  async function page(scope: string, after: number): Promise<AuditAnswer> {
    const { credential } = session.signedIn();
    const path = `/api/desk/audit?scope=${encodeURIComponent(scope)}&after=${String(after)}`;
    const answer = await session.api.ask(AuditAnswer, { method: 'GET', path, credential });
    const goesOn = answer.entries.every((entry) => entry.scope === scope);
    const last = answer.entries.at(-1);
    if (!goesOn || (last !== undefined && last.sequence <= after)) {
      throw new ClientError('unexpected_answer');
    }
    return answer;
  }

  function signed(scope: string, [sequence, hash]: AuditPlace): AuditHead {
    const { keys, account } = session.signedIn();
    const head = { scope, sequence, hash, day: session.today() };
    const signature = toBase64(sign(keys.sig.secretKey, 'audit head', ...auditHeadFields(head)));
    return { account: v.parse(AccountId, account.id), ...head, signature };
  }

  /** What the server shows as this account's own head: null where it is none, or not its own. */
  function ownMark(
    state: SignedInState,
    scope: string,
    own: AuditHead | null,
  ): { mark: Mark | null; forged: boolean } {
    if (own === null) return { mark: null, forged: false };
    const signers = new Map([[state.account.id, toBase64(state.keys.sig.publicKey)]]);
    const isOwn = own.scope === scope && faultInAuditHead(own, own.hash, signers) === null;
    return { mark: isOwn ? own : null, forged: !isOwn };
  }

  async function follow(
    state: SignedInState,
    { scope, caseId }: ChainOf,
    remembered: AuditPlace | null,
  ): Promise<Followed & { head: AuditHead | null }> {
    const me = state.account.id;
    const findings: LogFinding[] = [];
    const chain: LogFinding['chain'] =
      scope === 'operation' || scope === 'organisation' ? scope : 'case';
    const tell = (code: LogFinding['code'], mark: Mark, signer: string | null): void => {
      const { sequence, hash, day } = mark;
      findings.push({ code, chain, caseId, sequence, hash, day, signer });
    };

    let after = (remembered?.[0] ?? 1) - 1;
    let answer = await page(scope, after);
    const { mark: own, forged } = ownMark(state, scope, answer.own);
    if (forged && answer.own !== null) tell('wrong_signature', answer.own, me);
    if (remembered !== null && (own === null || own.sequence < remembered[0])) {
      tell('own_head_gone', { sequence: remembered[0], hash: remembered[1], day: null }, me);
    }
    if (remembered === null && own !== null && own.sequence > answer.entries.length) {
      after = own.sequence - 1;
      answer = await page(scope, after);
    }
    const marks: Mark[] = own === null ? [] : [own];
    if (remembered !== null && (own?.sequence !== remembered[0] || own.hash !== remembered[1])) {
      marks.push({ sequence: remembered[0], hash: remembered[1], day: null });
    }

    let last: AuditEntry | null = null;
    let before: Parameters<typeof firstBrokenLink>[1] =
      after === 0 ? null : { sequence: after, hash: answer.entries[0]?.previous ?? '' };
    let ended = answer.entries.length === 0;
    for (let { entries } = answer; entries.length > 0;) {
      const broken = firstBrokenLink(entries, before);
      if (broken !== null) {
        tell('broken', { sequence: broken, hash: '', day: null }, null);
        break;
      }
      for (const mark of marks) {
        const entry = entries.find(({ sequence }) => sequence === mark.sequence);
        if (entry !== undefined && entry.hash !== mark.hash) tell('contradicts', mark, me);
      }
      last = entries.at(-1) ?? null;
      before = last;
      ended = entries.length < AUDIT_PAGE;
      if (ended || last === null || last.sequence - after >= MOST_AT_ONCE) break;
      ({ entries } = await page(scope, last.sequence));
    }
    const end = last?.sequence ?? after;
    if (ended) {
      for (const mark of marks) if (mark.sequence > end) tell('ends_before', mark, me);
    }
    if (findings.length > 0) return { findings, place: remembered, head: null };
    const place: AuditPlace | null = last === null ? remembered : [last.sequence, last.hash];
    const isNew = place !== null && place[0] > (own?.sequence ?? 0);
    return { findings, place, head: isNew ? signed(scope, place) : null };
  }

  async function give(state: SignedInState, heads: (AuditHead | null)[]): Promise<void> {
    const found = heads.filter((head) => head !== null);
    if (found.length === 0) return;
    await session.api.tell({
      method: 'PUT',
      path: '/api/desk/audit/heads',
      credential: state.credential,
      json: { heads: found },
    });
  }

  async function entries(scope: string): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    for (;;) {
      const next = await page(scope, found.at(-1)?.sequence ?? 0);
      found.push(...next.entries);
      if (next.entries.length < AUDIT_PAGE) return found;
    }
  }

  return {
    entries,
    page,
    signed,

    async signLog() {
      const state = session.signedIn();
      // a desk that was shown another directory signs nothing
      const { directory, hash } = await watch.current();
      const known = memory.read(state)?.log ?? { organisation: null, operation: null };
      const log = { ...known };
      const findings: LogFinding[] = [];
      const heads: (AuditHead | null)[] = [];
      for (const scope of generalScopes(state)) {
        const followed = await follow(state, { scope, caseId: null }, known[scope]);
        findings.push(...followed.findings);
        heads.push(followed.head);
        log[scope] = followed.place;
      }
      // the server has them before this desk remembers that it does
      await give(state, heads);
      const isNew = GENERAL.some((scope) => log[scope]?.[0] !== known[scope]?.[0]);
      if (isNew) {
        await memory.change(state, (before) => ({
          ...(before ?? { version: directory.version, hash, read: directory.version, renewed: 0 }),
          log,
        }));
      }
      return findings;
    },

    async followCase(chain, remembered) {
      const state = session.signedIn();
      const { head, ...followed } = await follow(state, chain, remembered);
      await give(state, [head]);
      return followed;
    },
  };
}

/** Everybody's signing keys by the newest directory. */
export async function signersNow(watch: DirectoryWatch): Promise<Map<string, string>> {
  return signersOf((await watch.current()).directory);
}
