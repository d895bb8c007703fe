import {
  type AuditHead,
  AuditHeadsAnswer,
  AuditHeadsFile,
  AuditContent,
  type AuditEntry,
  type AuditPlace,
  AuditScopes,
  CaseAccess,
  type CaseId,
  faultInAuditHead,
  firstBrokenLink,
  fromJsonBytes,
  utf8,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { AuditLine, LogFinding, LogVerdict } from '../models.js';
import type { DirectoryWatch } from './directory-watch.js';
import { generalScopes, signersNow, type ChainOf, type LogWatch } from './log-watch.js';
import type { DeskMemory } from './memory.js';
import type { DeskSession } from './session.js';

/** Most heads that are asked for: a server that always has more is not an honest one. */
const MOST_HEADS = 1_000_000;

/** Tells how many chains were followed, and how many there are. */
type OnChain = (followed: number, chains: number) => void;

/** The audit log as far as this person may read it. */
export interface AuditDesk {
  /** Follows and signs the general chains after signing in: see `LogWatch`. */
  signLog: LogWatch['signLog'];
  /** Every line, oldest first within its chain. */
  audit(): Promise<AuditLine[]>;
  /** The lines of one case. */
  auditOf(caseId: string): Promise<AuditLine[]>;
  /** Follows every readable chain, and compares with it the heads that people signed. */
  verifyAudit(onChain?: OnChain): Promise<LogVerdict>;
  /**
   * The same, and a file of all those heads with new ones by this person, to keep where the server
   * cannot reach it; null where anything speaks against the log.
   */
  saveHeads(onChain?: OnChain): Promise<LogVerdict & { file: Uint8Array | null }>;
  /**
   * Compares the heads of such a file with the log as it is now.
   *
   * @throws ClientError `not_a_heads_file`, or `other_installation`.
   */
  checkHeads(file: Uint8Array, onChain?: OnChain): Promise<LogVerdict>;
}

/** A chain from its first entry to its last. */
interface Chain extends ChainOf {
  entries: AuditEntry[];
}

/** What every check needs: each chain's hashes by number, and where it is broken. */
interface Followed {
  chains: ReadonlyMap<string, { of: ChainOf; hashes: string[] }>;
  checked: number;
  broken: LogFinding[];
}

function kindOf({ scope }: ChainOf): LogFinding['chain'] {
  return scope === 'operation' || scope === 'organisation' ? scope : 'case';
}

/** What the entries of a chain say; erased ones say nothing. */
export function auditLines(caseId: CaseId | null, entries: readonly AuditEntry[]): AuditLine[] {
  return entries.flatMap(({ content, sequence }) => {
    if (content === null) return [];
    const { at, action, actor, details } = fromJsonBytes(AuditContent, utf8(content));
    return [{ sequence, at, action, actor, caseId, details }];
  });
}

/** See {@link AuditDesk}. */
export function createAuditDesk(
  session: DeskSession,
  watch: DirectoryWatch,
  memory: DeskMemory,
  log: LogWatch,
): AuditDesk {
  async function* chains(onChain?: OnChain): AsyncGenerator<Chain> {
    const { credential } = session.signedIn();
    const answer = await session.api.ask(AuditScopes, {
      method: 'GET',
      path: '/api/desk/audit',
      credential,
    });
    // the general ones are there whatever the server lists
    const scopes = new Map<string, CaseId | null>(
      generalScopes(session.signedIn()).map((scope) => [scope, null]),
    );
    for (const { scope, case: caseId } of answer.scopes) {
      if (!scopes.has(scope)) scopes.set(scope, caseId);
    }
    let followed = 0;
    for (const [scope, caseId] of scopes) {
      yield { scope, caseId, entries: await log.entries(scope) };
      followed += 1;
      onChain?.(followed, scopes.size);
    }
  }

  async function followAll(onChain?: OnChain): Promise<Followed> {
    const found = new Map<string, { of: ChainOf; hashes: string[] }>();
    const broken: LogFinding[] = [];
    let checked = 0;
    for await (const chain of chains(onChain)) {
      const { scope, caseId, entries } = chain;
      const sequence = firstBrokenLink(entries);
      if (sequence !== null) {
        const nobody = { hash: '', day: null, signer: null };
        broken.push({ code: 'broken', chain: kindOf(chain), caseId, sequence, ...nobody });
      }
      const holding = sequence === null ? entries : entries.slice(0, sequence - 1);
      found.set(scope, { of: { scope, caseId }, hashes: holding.map(({ hash }) => hash) });
      checked += entries.length;
    }
    return { chains: found, checked, broken };
  }

  /** What the chains say against these heads. Beyond where a chain is broken it says nothing. */
  function against(
    { chains: followed, broken }: Followed,
    heads: readonly AuditHead[],
    signers: ReadonlyMap<string, string>,
  ): { findings: LogFinding[]; unreadable: number } {
    const findings: LogFinding[] = [];
    let unreadable = 0;
    for (const head of heads) {
      const { scope, sequence, hash, day, account } = head;
      const chain = followed.get(scope);
      const code = faultInAuditHead(head, chain?.hashes[sequence - 1] ?? null, signers);
      if (chain === undefined && (code === 'ends_before' || code === null)) {
        unreadable += 1;
        continue;
      }
      const caseId = chain?.of.caseId ?? null;
      const kind = kindOf({ scope, caseId });
      const isBroken = broken.some((each) => each.chain === kind && each.caseId === caseId);
      if (code === null || (code === 'ends_before' && isBroken)) continue;
      findings.push({ code, chain: kind, caseId, sequence, hash, day, signer: account });
    }
    return { findings, unreadable };
  }

  /** Every head that the server shows of chains that this person may read. */
  async function storedHeads(): Promise<AuditHead[]> {
    const { credential } = session.signedIn();
    const heads: AuditHead[] = [];
    let after: string | null = null;
    do {
      const query: string = after === null ? '' : `?after=${encodeURIComponent(after)}`;
      const path = `/api/desk/audit/heads${query}`;
      const page = await session.api.ask(AuditHeadsAnswer, { method: 'GET', path, credential });
      const goesOn = page.next !== after && page.heads.length > 0 && heads.length < MOST_HEADS;
      if (page.next !== null && !goesOn) throw new ClientError('unexpected_answer');
      heads.push(...page.heads);
      after = page.next;
    } while (after !== null);
    return heads;
  }

  /** What this desk remembers having signed, and the server does not show, or the log not bear out. */
  function againstMemory(
    { chains: followed }: Followed,
    heads: readonly AuditHead[],
  ): LogFinding[] {
    const state = session.signedIn();
    const signer = state.account.id;
    return (['organisation', 'operation'] as const).flatMap((scope): LogFinding[] => {
      const place: AuditPlace | null = memory.read(state)?.log?.[scope] ?? null;
      if (place === null) return [];
      const [sequence, hash] = place;
      const finding = { chain: scope, caseId: null, sequence, hash, day: null, signer };
      const own = heads.find((head) => head.account === signer && head.scope === scope);
      if (own === undefined || own.sequence < sequence) {
        return [{ code: 'own_head_gone', ...finding }];
      }
      const linked = followed.get(scope)?.hashes[sequence - 1];
      if (own.sequence === sequence && own.hash === hash) return [];
      return linked === hash ? [] : [{ code: 'contradicts', ...finding }];
    });
  }

  async function verify(
    onChain?: OnChain,
  ): Promise<{ verdict: LogVerdict; followed: Followed; heads: AuditHead[] }> {
    const signers = await signersNow(watch);
    // heads first: what is signed meanwhile must stand in the chains that are read after
    const heads = await storedHeads();
    const followed = await followAll(onChain);
    const { findings, unreadable } = against(followed, heads, signers);
    findings.push(...againstMemory(followed, heads));
    const { checked, broken } = followed;
    return {
      verdict: { checked, heads: heads.length, unreadable, findings: [...broken, ...findings] },
      followed,
      heads,
    };
  }

  return {
    signLog: () => log.signLog(),

    async audit() {
      const lines: AuditLine[] = [];
      for await (const chain of chains()) lines.push(...auditLines(chain.caseId, chain.entries));
      return lines.sort((a, b) => a.at.localeCompare(b.at));
    },

    async auditOf(caseId) {
      const { credential } = session.signedIn();
      const path = `/api/desk/cases/${encodeURIComponent(caseId)}/access`;
      const { case: facts, auditScope: scope } = await session.api.ask(CaseAccess, {
        method: 'GET',
        path,
        credential,
      });
      return auditLines(facts.id, await log.entries(scope));
    },

    async verifyAudit(onChain) {
      return (await verify(onChain)).verdict;
    },

    async saveHeads(onChain) {
      const { verdict, followed, heads } = await verify(onChain);
      if (verdict.findings.length > 0) return { ...verdict, file: null };
      const { installation, account } = session.signedIn();
      const own = [...followed.chains].flatMap(([scope, { hashes }]) => {
        const hash = hashes.at(-1);
        return hash === undefined ? [] : [log.signed(scope, [hashes.length, hash])];
      });
      const others = heads.filter((head) => head.account !== account.id);
      const file: AuditHeadsFile = {
        v: 1,
        kind: 'audit heads',
        installation,
        day: session.today(),
        heads: [...own, ...others],
      };
      return { ...verdict, heads: file.heads.length, file: utf8(JSON.stringify(file)) };
    },

    async checkHeads(bytes, onChain) {
      let file: AuditHeadsFile;
      try {
        file = fromJsonBytes(AuditHeadsFile, bytes);
      } catch {
        throw new ClientError('not_a_heads_file');
      }
      if (file.installation !== session.signedIn().installation) {
        throw new ClientError('other_installation');
      }
      const signers = await signersNow(watch);
      const followed = await followAll(onChain);
      const { findings, unreadable } = against(followed, file.heads, signers);
      const { checked, broken } = followed;
      const heads = file.heads.length - unreadable;
      return { checked, heads, unreadable, findings: [...broken, ...findings] };
    },
  };
}
