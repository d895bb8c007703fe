import * as v from 'valibot';
import {
  ceremonyFields,
  CeremonyAnswer,
  type CeremonyGround,
  CeremonyTerms,
  type Directory,
  faultInTerms,
  newId,
  ReaderId,
  sign,
  toBase64,
  toJsonBytes,
  WorkId,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { CeremonyPerson, CeremonyView } from '../models.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';

/** What whoever asks for a paper's use chooses. */
export interface CeremonyInput {
  officer: string;
  ground: CeremonyGround;
  to: readonly string[];
  lost: readonly string[];
}

/** That a recovery officer's paper is used, as handlers and administrators agree to it. */
export interface CeremonyDesk {
  ceremony(): Promise<CeremonyView>;
  /** Signs the first half. Throws ClientError `wrong_record` or `conflict`. */
  askCeremony(input: CeremonyInput): Promise<void>;
  /**
   * Signs the second half.
   *
   * @throws ClientError `ceremony_not_found` where the server has other terms now than were shown, or
   * the first signature does not hold.
   */
  agreeCeremony(shown: { id: string; terms: string }): Promise<void>;
  withdrawCeremony(id: string): Promise<void>;
}

const path = '/api/desk/ceremony';
const shownAs = (terms: CeremonyTerms): string => toBase64(toJsonBytes(terms));

/** Somebody who signed, or is named: administrators have no name that is signed. */
export function ceremonyPerson({ readers }: Directory, id: string): CeremonyPerson {
  const record = readers.find((reader) => reader.record.id === id)?.record;
  return { id, name: record?.name ?? null };
}

/** See {@link CeremonyDesk}. */
export function createCeremonyDesk(session: DeskSession, watch: DirectoryWatch): CeremonyDesk {
  const { api } = session;

  async function fetchAnswer(): Promise<CeremonyAnswer> {
    const { credential } = session.signedIn();
    return api.ask(CeremonyAnswer, { method: 'GET', path, credential });
  }

  const signed = (terms: CeremonyTerms): string =>
    toBase64(sign(session.signedIn().keys.sig.secretKey, 'ceremony', ...ceremonyFields(terms)));

  return {
    async ceremony() {
      const [{ standing, used }, { directory }] = await Promise.all([
        fetchAnswer(),
        watch.current(),
      ]);
      const me = session.signedIn().account.id;
      const person = (id: string): CeremonyPerson => ceremonyPerson(directory, id);
      const active = (part: 'handler' | 'recovery_officer'): CeremonyPerson[] =>
        directory.readers.flatMap(({ record, state }) =>
          state === 'active' && record.part === part ? [{ id: record.id, name: record.name }] : [],
        );
      return {
        standing: standing && {
          id: standing.terms.id,
          terms: shownAs(standing.terms),
          ground: standing.terms.ground,
          on: standing.terms.on,
          officer: person(standing.terms.officer),
          to: standing.terms.to.map(person),
          lost: standing.terms.lost.map(person),
          asked: person(standing.asked.by),
          agreed: standing.agreed && person(standing.agreed.by),
          until: standing.until,
          // the second of the two is another one, and still reads
          mayAgree:
            standing.agreed === null &&
            (standing.asked.by as string) !== me &&
            !standing.terms.lost.some((id) => (id as string) === me),
        },
        officers: active('recovery_officer').map((officer) => ({
          ...officer,
          usedOn: used.find((each) => (each.officer as string) === officer.id)?.on ?? null,
        })),
        handlers: active('handler'),
        me,
      };
    },

    async askCeremony({ officer, ground, to, lost }) {
      const { credential, installation } = session.signedIn();
      const ids = (list: readonly string[]): ReaderId[] => list.map((id) => v.parse(ReaderId, id));
      const terms: CeremonyTerms = {
        v: 1,
        installation,
        id: newId(WorkId),
        officer: v.parse(ReaderId, officer),
        ground,
        on: session.today(),
        to: ids(to),
        lost: ids(lost),
      };
      if (!v.is(CeremonyTerms, terms)) throw new ClientError('wrong_record');
      const json = { terms, signature: signed(terms) };
      await api.tell({ method: 'POST', path, credential, json });
    },

    async agreeCeremony({ id, terms: shown }) {
      const { credential, account } = session.signedIn();
      const { standing } = await fetchAnswer();
      // what was shown is what is signed: the server could hand out other terms this time
      if (standing === null || shownAs(standing.terms) !== shown) {
        throw new ClientError('ceremony_not_found');
      }
      const { terms, asked } = standing;
      const { directory } = await watch.current();
      const signature = signed(terms);
      const by = account.id as typeof asked.by;
      if (faultInTerms({ terms, asked, agreed: { by, signature } }, directory) !== null) {
        throw new ClientError('forbidden');
      }
      const json = { signature };
      await api.tell({ method: 'PUT', path: `${path}/${id}/agreement`, credential, json });
    },

    async withdrawCeremony(id) {
      const { credential } = session.signedIn();
      await api.tell({ method: 'DELETE', path: `${path}/${id}`, credential });
    },
  };
}
