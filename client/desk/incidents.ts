import type { Day } from '../../crypto/private.js';
import {
  type Admission,
  type AuthorityDecision,
  type Incident,
  type IncidentCause,
  Incidents,
  Members,
  randomBytes,
  type SubjectsState,
  toBase64,
} from '../../crypto/private.js';
import { persist } from '../api.js';
import { ClientError } from '../errors.js';
import type { IncidentView } from '../models.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';

/** Keys that may be in wrong hands: the account is closed, and the clock of the GDPR starts. */
export interface IncidentDesk {
  /** All that were ever documented, the newest first. */
  incidents(): Promise<IncidentView[]>;
  /**
   * One's own account, or as administrator any, and a recovery officer's paper. With one's own
   * this session ends.
   *
   * @param input `since` null for ever since the person joined, `knownAt` null for now.
   */
  openIncident(input: {
    account: string;
    since: string | null;
    knownAt: string | null;
    cause: IncidentCause;
  }): Promise<void>;
  /** Closes an account that was left open because nobody else could go on. */
  lockAccount(incident: string): Promise<void>;
  /** Opens it again, where the keys were safe after all. */
  unlockAccount(incident: string): Promise<void>;
  noteAuthority(incident: string, decision: AuthorityDecision): Promise<void>;
  noteSubjects(incident: string, state: SubjectsState): Promise<void>;
}

/** See {@link IncidentDesk}. */
export function createIncidentDesk(session: DeskSession, watch: DirectoryWatch): IncidentDesk {
  const { api } = session;

  async function tell(method: 'POST' | 'PUT' | 'DELETE', path: string, json?: unknown) {
    const { credential } = session.signedIn();
    await api.tell({ method, path: `/api/desk/incidents${path}`, credential, json });
  }

  return {
    async incidents() {
      const { credential } = session.signedIn();
      const ask = { method: 'GET', credential } as const;
      const { incidents } = await api.ask(Incidents, { ...ask, path: '/api/desk/incidents' });
      const { accounts } = await api.ask(Members, { ...ask, path: '/api/desk/members' });
      const { directory } = await watch.current();
      const nameOf = (id: string): string =>
        directory.readers.find(({ record }) => record.id === id)?.record.name ??
        accounts.find((account) => account.id === id)?.name ??
        id;
      return incidents.map((incident: Incident): IncidentView => {
        const reader = directory.readers.find(
          ({ record }) => (record.id as string) === incident.account,
        );
        const administrator = directory.administrators.find(({ id }) => id === incident.account);
        const administers = administrator && (administrator.state === 'active' ? 'active' : 'left');
        const letIn = (by: Admission): boolean =>
          by.by === 'two' &&
          ([by.handler, by.administrator] as string[]).includes(incident.account);
        return {
          ...incident,
          name: nameOf(incident.account),
          part: reader?.record.part ?? 'administrator',
          reads: reader?.state ?? administers ?? 'never',
          openedByName: nameOf(incident.openedBy),
          letIn: [
            ...directory.readers.flatMap(({ record, admission, state }) =>
              state === 'active' && letIn(admission) ? record.name : [],
            ),
            ...directory.administrators.flatMap(({ id, delegation, state }) =>
              state === 'active' && letIn(delegation) ? nameOf(id) : [],
            ),
          ],
        };
      });
    },

    async openIncident({ account, since, knownAt, cause }) {
      const json = {
        id: toBase64(randomBytes(16)),
        account,
        since: since as Day | null,
        knownAt,
        cause,
      };
      let lost = false;
      await persist(async () => {
        try {
          await tell('POST', '', json);
        } catch (error) {
          const own = account === session.signedIn().account.id;
          // the answer was lost, and with it this session: it was done
          const done =
            lost && own && error instanceof ClientError && error.code === 'sign_in_needed';
          lost = true;
          if (!done) throw error;
        }
      });
    },

    lockAccount: (incident) => tell('POST', `/${incident}/lock`),
    unlockAccount: (incident) => tell('DELETE', `/${incident}/lock`),
    noteAuthority: (incident, decision) => tell('PUT', `/${incident}/authority`, decision),
    noteSubjects: (incident, state) => tell('PUT', `/${incident}/subjects`, { state }),
  };
}
