import {
  AccountId,
  type AccountKeys,
  type AdministratorRecord,
  AppointmentAnswer,
  checkSuccession,
  delegationFields,
  type Directory,
  fingerprintWords,
  fromBase64,
  newAccountKeys,
  newId,
  newPaperSecrets,
  normaliseName,
  type PaperSecrets,
  passphraseReady,
  ready,
  sign,
  toBase64,
  toJsonBytes,
  verifyDirectory,
} from '../../crypto/private.js';
import { loadDirectory, type LoadedDirectory } from '../directory.js';
import { ClientError } from '../errors.js';
import type { AppointmentView } from '../models.js';
import type { DeskSession } from './session.js';
import { rootKeys } from './set-up.js';

/** What whoever has a one-time link and the root's words does, where no administrator is left. */
export interface AppointingDesk {
  /**
   * What is there now, before any word is typed: every version is followed from the first.
   *
   * @param fragment what stands behind `#` in the link.
   * @throws ClientError `administrator_link_refused`; `directory_rolled_back` and others of a directory.
   */
  readAppointment(fragment: string): Promise<AppointmentView>;
  /**
   * Makes the new administrator's keys and secrets, and signs the keys with the root, which is
   * forgotten then. Nothing is sent. `words` are those of the new keys.
   *
   * @throws ClientError `root_refused` for the words of another root, `not_prepared` before
   * {@link readAppointment}.
   */
  prepareAppointment(rootWords: readonly string[]): Promise<PaperSecrets & { words: string[] }>;
  /**
   * Makes the account, and puts it in the place of all administrators who were shown. May be called
   * again after a failure.
   *
   * @throws ClientError `answer_lost` while nobody can say whether it was done; `directory_conflict`
   * where another version came in between, `name_taken`, `administrator_link_refused`.
   */
  finishAppointment(name: string): Promise<void>;
}

interface Shown {
  token: string;
  newest: LoadedDirectory;
  serial: number;
}

interface Prepared {
  shown: Shown;
  administrator: AdministratorRecord;
  delegation: string;
  keys: AccountKeys;
  paper: PaperSecrets;
}

const path = '/api/desk/administrator';

function tokenIn(fragment: string): string {
  const token = /^#?([A-Za-z0-9_-]{43})$/.exec(fragment.trim())?.[1];
  if (token === undefined) throw new ClientError('administrator_link_refused');
  return token;
}

/** The version in which one administrator stands in the place of all, and nothing else is changed. */
function nextVersion({ shown, administrator, delegation }: Prepared, today: string): Directory {
  const { directory, hash } = shown.newest;
  const gone = directory.administrators.map((each) => ({ ...each, state: 'revoked' as const }));
  return {
    ...directory,
    version: directory.version + 1,
    // nobody has signed in, who would know the organisation's time zone
    date: today > directory.date ? (today as Directory['date']) : directory.date,
    previous: hash,
    administrators: [
      ...gone,
      { ...administrator, delegation: { by: 'root', signature: delegation }, state: 'active' },
    ],
  };
}

/** See {@link AppointingDesk}. */
export function createAppointingDesk(session: DeskSession): AppointingDesk {
  const { api, place } = session;
  let shown: Shown | null = null;
  let prepared: Prepared | null = null;

  async function look(token: string): Promise<Shown & { answer: AppointmentAnswer }> {
    const answer: AppointmentAnswer = await api.ask(AppointmentAnswer, {
      method: 'GET',
      path,
      credential: { scheme: 'Setup', token },
    });
    const newest = await loadDirectory(api, session.today());
    place.check(newest);
    const versions = answer.directories.map(verifyDirectory);
    for (const [index, version] of versions.entries()) {
      const before = versions[index - 1];
      if (before !== undefined) checkSuccession(before, version);
    }
    // what everybody is handed is the end of what leads there from the first
    if (versions[0]?.directory.version !== 1 || versions.at(-1)?.hash !== newest.hash) {
      throw new ClientError('directory_rolled_back');
    }
    return { token, newest, serial: answer.serial, answer };
  }

  return {
    async readAppointment(fragment) {
      await ready();
      const { answer, ...found } = await look(tokenIn(fragment));
      shown = found;
      const { directory, confirmedOn } = found.newest;
      const [organisation] = directory.organisations;
      if (organisation === undefined) throw new ClientError('wrong_directory');
      const active = directory.administrators.filter(({ state }) => state === 'active');
      return {
        organisation: organisation.names,
        fingerprint: fingerprintWords(fromBase64(organisation.root)),
        version: directory.version,
        date: directory.date,
        confirmedOn,
        administrators: active.map(({ id, serial }) => ({
          serial,
          name: answer.administrators.find((each) => each.id === id)?.name ?? null,
        })),
        readers: directory.readers
          .filter(({ state }) => state === 'active')
          .map(({ record }) => record.name),
      };
    },

    async prepareAppointment(rootWords) {
      if (shown === null) throw new ClientError('not_prepared');
      await Promise.all([ready(), passphraseReady()]);
      const { directory } = shown.newest;
      const [organisation] = directory.organisations;
      const root = rootKeys(rootWords);
      try {
        if (organisation?.root !== toBase64(root.publicKey)) throw new ClientError('root_refused');
        const keys = newAccountKeys();
        const administrator: AdministratorRecord = {
          id: newId(AccountId),
          organisation: organisation.id,
          serial: shown.serial,
          kem: toBase64(keys.kem.publicKey),
          sig: toBase64(keys.sig.publicKey),
        };
        const fields = delegationFields(directory.installation, administrator);
        const delegation = toBase64(sign(root.secretKey, 'delegation', ...fields));
        const paper = newPaperSecrets();
        prepared = { shown, administrator, delegation, keys, paper };
        return { ...paper, words: fingerprintWords(keys.kem.publicKey, keys.sig.publicKey) };
      } finally {
        root.secretKey.fill(0);
      }
    },

    async finishAppointment(name) {
      if (prepared === null) throw new ClientError('not_prepared');
      const { shown: of, administrator, keys, paper } = prepared;
      const { realm } = place.check(of.newest);
      const document = toJsonBytes(nextVersion(prepared, session.today()));
      const { id } = administrator;
      const { credentials } = session.credentialsFor(realm, id, name, keys.seed, paper);
      const json = {
        directory: {
          document: toBase64(document),
          administrator: id,
          signature: toBase64(sign(keys.sig.secretKey, 'directory', document)),
        },
        name: normaliseName(name),
        credentials,
      };
      const credential = { scheme: 'Setup', token: of.token } as const;
      await session.bringInForce(name, paper, () =>
        api.tell({ method: 'POST', path, credential, json }),
      );
      prepared = null;
    },
  };
}
