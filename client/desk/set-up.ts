import * as v from 'valibot';
import {
  AccountId,
  accountRealm,
  admissionFields,
  type Channel,
  ChannelId,
  delegationFields,
  derive,
  directoryHash,
  type Directory,
  fingerprintWords,
  fromWords,
  newAccountKeys,
  newId,
  newPaperKey,
  newPaperSecrets,
  normaliseName,
  OrganisationId,
  type PaperSecrets,
  ReaderId,
  type ReaderRecord,
  ready,
  passphraseReady,
  sign,
  signingKeys,
  stampFields,
  toBase64,
  toJsonBytes,
  type SigningKeys,
} from '../../crypto/private.js';
import type { DeskSession } from './session.js';
import { ClientError } from '../errors.js';

/** Secrets of a new installation, shown once and printed. */
export interface SetUpSecrets {
  rootWords: string[];
  fingerprint: string[];
  administrator: PaperSecrets;
  handler: PaperSecrets;
}

/** What the wizard asked. */
export interface SetUpInput {
  organisation: { names: Record<string, string>; country: string };
  languages: string[];
  channelNames: Record<string, string>;
  texts: Record<string, string>;
  administrator: { name: string };
  handler: { name: string; shownName: string; role: Record<string, string> };
}

/** Default retention: two years after closure (Swedish Act 2021:890 chapter 7 section 8). */
export const RETENTION_MONTHS = 24;

/** The root's keys, from its 24 words. */
export function rootKeys(words: readonly string[]): SigningKeys {
  return signingKeys(derive(fromWords(words), 'root ed25519 seed'));
}

/** The set-up of an installation: secrets first, then everything in one request. */
export interface SetUpDesk {
  prepareSetUp(): Promise<SetUpSecrets>;
  /** May be called again after a failure: what arrived before is not refused. */
  finishSetUp(secret: string, input: SetUpInput): Promise<void>;
}

/** See {@link SetUpDesk}; nothing leaves the client before `finishSetUp`. */
export function createSetUp(session: DeskSession): SetUpDesk {
  let secrets: SetUpSecrets | null = null;
  return {
    async prepareSetUp() {
      await Promise.all([ready(), passphraseReady()]);
      const rootWords = newPaperKey();
      secrets = {
        rootWords,
        fingerprint: fingerprintWords(rootKeys(rootWords).publicKey),
        administrator: newPaperSecrets(),
        handler: newPaperSecrets(),
      };
      return secrets;
    },

    async finishSetUp(secret, input) {
      if (secrets === null) throw new ClientError('not_prepared');
      const { installation } = await session.place.installation();
      const root = rootKeys(secrets.rootWords);
      const organisation = newId(OrganisationId);
      const channel: Channel = {
        id: newId(ChannelId),
        organisation,
        names: input.channelNames,
        texts: input.texts,
        country: input.organisation.country,
        languages: input.languages,
        published: false,
        retentionMonths: RETENTION_MONTHS,
        receipts: false,
      };
      const administratorKeys = newAccountKeys();
      const administrator = {
        id: newId(AccountId),
        organisation,
        serial: 1,
        kem: toBase64(administratorKeys.kem.publicKey),
        sig: toBase64(administratorKeys.sig.publicKey),
      };
      const handlerKeys = newAccountKeys();
      const record: ReaderRecord = {
        id: newId(ReaderId),
        organisation,
        channels: [channel.id],
        part: 'handler',
        name: input.handler.shownName,
        role: input.handler.role,
        kem: toBase64(handlerKeys.kem.publicKey),
        sig: toBase64(handlerKeys.sig.publicKey),
        replaces: null,
      };
      const delegation = sign(
        root.secretKey,
        'delegation',
        ...delegationFields(installation, administrator),
      );
      const admission = sign(root.secretKey, 'admission', ...admissionFields(installation, record));
      const today = session.today();
      const directory: Directory = {
        v: 1,
        installation,
        version: 1,
        date: today,
        previous: null,
        organisations: [
          {
            id: organisation,
            names: input.organisation.names,
            country: input.organisation.country,
            root: toBase64(root.publicKey),
          },
        ],
        administrators: [
          {
            ...administrator,
            delegation: { by: 'root', signature: toBase64(delegation) },
            state: 'active',
          },
        ],
        channels: [channel],
        readers: [
          {
            record,
            admission: { by: 'root', signature: toBase64(admission) },
            state: 'active',
          },
        ],
        receiptKeys: [],
      };
      const document = toJsonBytes(directory);
      const hash = directoryHash(document);
      const realm = accountRealm(installation, toBase64(root.publicKey));
      const stamp = sign(handlerKeys.sig.secretKey, 'stamp', ...stampFields({ hash, day: today }));
      const [ofAdministrator, ofHandler] = [
        session.credentialsFor(
          realm,
          administrator.id,
          input.administrator.name,
          administratorKeys.seed,
          secrets.administrator,
        ),
        session.credentialsFor(
          realm,
          record.id,
          input.handler.name,
          handlerKeys.seed,
          secrets.handler,
        ),
      ];
      const setUp = {
        method: 'POST' as const,
        path: '/api/desk/set-up',
        credential: { scheme: 'Setup' as const, token: secret },
        json: {
          directory: {
            document: toBase64(document),
            administrator: administrator.id,
            signature: toBase64(sign(administratorKeys.sig.secretKey, 'directory', document)),
          },
          stamp: { reader: record.id, hash, day: today, signature: toBase64(stamp) },
          administrator: {
            id: administrator.id,
            name: normaliseName(input.administrator.name),
            credentials: ofAdministrator.credentials,
          },
          handler: {
            id: v.parse(AccountId, record.id),
            name: normaliseName(input.handler.name),
            credentials: ofHandler.credentials,
          },
        },
      };
      await session.bringInForce(input.administrator.name, secrets.administrator, () =>
        session.api.tell(setUp),
      );
      secrets = null;
    },
  };
}
