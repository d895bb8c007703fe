import * as v from 'valibot';
import {
  AccountId,
  AttachmentId,
  bytesBetween,
  bytesSchema,
  CaseId,
  ChannelId,
  Day,
  InstallationId,
  mapOf,
  ReaderId,
} from '../ids.js';
import { BOX_OVERHEAD } from '../box.js';
import { KEM_PUBLIC_KEY_BYTES } from '../kem.js';
import { ShownName } from '../shown-name.js';
import { IdentityOfCase, IdentityRequest } from './identity.js';
import { Count, Entry, EpochEntry, Grant, NewEntry, OwnKey, SealedOverview } from './entry.js';
import { NewPerson, ReaderRecord, SignedDirectory, Stamp } from './directory.js';
import { SealedStatistics } from './figures.js';
import { CaseFacts, Reading } from './reports.js';
import { RemovalStanding, RetentionClock } from './retention.js';
import { TimeZone } from './shared.js';

/** A name to sign in with, already normalised (NFKC, lower case, single spaces). */
export const AccountName = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
/** A whole number from zero. */
const Counted = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const oneTimeCode = v.pipe(v.string(), v.regex(/^\d{6}$/));

/** Plaintext bytes of a vault: the seed. */
export const SEED_BYTES = 32;
const vault = bytesSchema(BOX_OVERHEAD + SEED_BYTES);

/**
 * What an account leaves with the server: hashes of the two proofs, the vault sealed under the
 * passphrase and the copy sealed under the recovery kit.
 */
export const Credentials = v.strictObject({
  proofHash: bytesSchema(32),
  vault,
  recoveryProofHash: bytesSchema(32),
  recoveryVault: vault,
});
export type Credentials = v.InferOutput<typeof Credentials>;

/** GET /api/desk/installation */
export const InstallationAnswer = v.strictObject({
  installation: InstallationId,
  state: v.picklist(['empty', 'ready']),
});

/** POST /api/desk/set-up, `Authorization: Setup <secret of the one-time link>`. */
export const SetUp = v.strictObject({
  directory: SignedDirectory,
  stamp: Stamp,
  administrator: v.strictObject({ id: AccountId, name: AccountName, credentials: Credentials }),
  handler: v.strictObject({ id: AccountId, name: AccountName, credentials: Credentials }),
});
export type SetUp = v.InferOutput<typeof SetUp>;

/**
 * GET /api/desk/administrator, `Authorization: Setup <secret of the one-time link>`: what whoever has
 * the root's words needs to make an administrator.
 */
export const AppointmentAnswer = v.strictObject({
  /** Every version, oldest first. */
  directories: v.array(SignedDirectory),
  /** A number that no administrator has. */
  serial: Count,
  /** Under which names the administrators of the newest version sign in. */
  administrators: v.array(v.strictObject({ id: AccountId, name: AccountName })),
});
export type AppointmentAnswer = v.InferOutput<typeof AppointmentAnswer>;

/**
 * POST /api/desk/administrator, with the same secret: the next version, in which one administrator
 * whom the root signed stands in the place of all others and signs, and that one's account.
 */
export const Appoint = v.strictObject({
  directory: SignedDirectory,
  name: AccountName,
  credentials: Credentials,
});
export type Appoint = v.InferOutput<typeof Appoint>;

/** POST /api/desk/sessions */
export const SignIn = v.strictObject({
  name: AccountName,
  proof: bytesSchema(32),
  code: v.nullable(oneTimeCode),
});
export const AccountPart = v.picklist([
  'administrator',
  'handler',
  'custodian',
  'guest',
  'auditor',
]);
export type AccountPart = v.InferOutput<typeof AccountPart>;
export const SignedIn = v.strictObject({
  token: bytesSchema(32),
  account: v.strictObject({
    id: AccountId,
    name: AccountName,
    part: AccountPart,
    oneTimeCode: v.boolean(),
    /** The sealed memory of this person's desk, null before it first keeps one. */
    memory: v.nullable(bytesBetween(1, 256 * 1024)),
    mail: v.nullable(v.string()),
    /** Whether this installation sends mail at all. */
    sendsMail: v.boolean(),
  }),
  timeZone: TimeZone,
  vault,
});

/** POST /api/desk/recovery: proof of the recovery kit. The code is asked for as at sign-in. */
export const Recover = v.strictObject({
  name: AccountName,
  proof: bytesSchema(32),
  code: v.nullable(oneTimeCode),
});
/** Answer to it: the vault's copy, and a token that can do nothing but change the credentials. */
export const Recovered = v.strictObject({
  token: bytesSchema(32),
  account: v.strictObject({ id: AccountId, name: AccountName, part: AccountPart }),
  vault,
});

/**
 * PUT /api/desk/account/credentials: new passphrase and kit; ends every other session. `proof` is
 * that of the passphrase until now or, with the token of a recovery, that of the recovery kit.
 */
export const ChangeCredentials = v.strictObject({
  proof: bytesSchema(32),
  credentials: Credentials,
});
/** PUT /api/desk/account/memory: the desk's sealed memory (highest directory seen, and the like). */
export const KeepMemory = v.strictObject({ memory: bytesBetween(1, 256 * 1024) });
/** PUT /api/desk/account/mail: where the daily mail goes, null for none. */
export const SetMail = v.strictObject({
  mail: v.nullable(v.pipe(v.string(), v.email(), v.maxLength(254))),
});
/** POST /api/desk/account/one-time-code */
export const OneTimeCodeStarted = v.strictObject({ uri: v.string(), secret: v.string() });
/** PUT (confirm) and DELETE (stop) /api/desk/account/one-time-code */
export const OneTimeCode = v.strictObject({ code: oneTimeCode });

/** A case as the list gets it: just enough to open its overview. */
export const CaseListing = v.strictObject({
  case: CaseFacts,
  decisionBy: v.nullable(Day),
  /** Absent while it is open, held or restricted: its days are not counted then. */
  clock: v.exactOptional(RetentionClock),
  escalated: v.boolean(),
  /** Whether any reader has opened what the reporter wrote. */
  opened: v.boolean(),
  overview: SealedOverview,
  /** This handler's own copy of the overview's epoch key, else the grant. */
  key: v.union([OwnKey, Grant]),
  /** Commitment of that epoch. */
  commitment: bytesSchema(32),
  /** Highest sequence in each compartment (0: none yet), and of the reporter's entries. */
  newest: v.strictObject({ dialogue: Count, internal: Counted, reporter: Count }),
  /** The head that this handler's desk sealed last, null before the first opening. */
  head: v.nullable(bytesSchema(BOX_OVERHEAD + 256)),
});
export type CaseListing = v.InferOutput<typeof CaseListing>;

/** GET /api/desk/cases?state=open|closed&after=<cursor>: 50 rows, newest activity first by day. */
export const CaseList = v.strictObject({
  cases: v.array(CaseListing),
  /** Where the next page starts, null at the end; opaque. */
  next: v.nullable(v.string()),
});

/** GET /api/desk/cases/:id */
export const DeskCase = v.strictObject({
  case: CaseFacts,
  decisionBy: v.nullable(Day),
  /** Absent while it is open, held or restricted: its days are not counted then. */
  clock: v.exactOptional(RetentionClock),
  escalated: v.boolean(),
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  entries: v.array(Entry),
  grants: v.array(Grant),
  keys: v.array(OwnKey),
  overview: SealedOverview,
  readings: v.array(Reading),
  /** How far two handlers agreed to remove it sooner, where nothing undid it since. */
  removal: v.exactOptional(RemovalStanding),
  identity: IdentityOfCase,
  /** The name of the case's audit chain. */
  auditScope: v.string(),
  head: v.nullable(bytesSchema(BOX_OVERHEAD + 256)),
});
export type DeskCase = v.InferOutput<typeof DeskCase>;

/**
 * GET /api/desk/cases/:id/access: who was given the keys of a case, without what is in it. Asking for
 * it is no opening.
 */
export const CaseAccess = v.strictObject({
  case: CaseFacts,
  reporter: v.strictObject({ kem: bytesSchema(KEM_PUBLIC_KEY_BYTES), sig: bytesSchema(32) }),
  /** The epoch entries of the conversation, oldest first. */
  epochs: v.array(EpochEntry),
  auditScope: v.string(),
});
export type CaseAccess = v.InferOutput<typeof CaseAccess>;

/** PUT /api/desk/cases/:id/opened: what the desk keeps after opening a case. */
export const CaseOpened = v.strictObject({
  keys: v.pipe(v.array(OwnKey), v.maxLength(1000)),
  head: v.nullable(bytesSchema(BOX_OVERHEAD + 256)),
  /** The dialogue was read up to this sequence; 0 keeps the keys and marks nothing as read. */
  through: Counted,
});
export type CaseOpened = v.InferOutput<typeof CaseOpened>;

/**
 * POST /api/desk/cases/:id/entries: entries of a handler with all that belongs to them, in one
 * transaction. An epoch entry needs one grant for each of its members.
 */
export const HandlerAppend = v.strictObject({
  entries: v.pipe(v.array(NewEntry), v.maxLength(4)),
  grants: v.pipe(v.array(Grant), v.maxLength(200)),
  overview: v.nullable(SealedOverview),
  attachments: v.pipe(v.array(AttachmentId), v.maxLength(100)),
  statistics: v.pipe(v.array(SealedStatistics), v.maxLength(100)),
  /** Goes along with the entry among handlers that says the same. */
  identityRequest: v.exactOptional(IdentityRequest),
});
export type HandlerAppend = v.InferOutput<typeof HandlerAppend>;

/** As what somebody can be invited. */
export const InvitedPart = v.picklist([
  'handler',
  'custodian',
  'administrator',
  'guest',
  'auditor',
]);
export type InvitedPart = v.InferOutput<typeof InvitedPart>;

/** POST /api/desk/invitations: the secret stays in the link; the inviter keeps a sealed copy. */
export const Invite = v.strictObject({
  id: bytesSchema(16),
  /** Hash of the part of the secret that lets the link's holder join. */
  tokenHash: bytesSchema(32),
  sealedSecret: bytesSchema(BOX_OVERHEAD + 32),
  shownName: ShownName,
  channel: ChannelId,
  part: InvitedPart,
  /** Whose keys from before the new ones take the place of; null for somebody new. */
  replaces: v.nullable(ReaderId),
});
export type Invite = v.InferOutput<typeof Invite>;

/** GET /api/desk/invitations/:id, `Authorization: Invitation <token>` */
export const InvitationAnswer = v.strictObject({
  installation: InstallationId,
  shownName: v.string(),
  directory: SignedDirectory,
  channel: ChannelId,
  part: InvitedPart,
  replaces: v.nullable(ReaderId),
  /** The number that is free for whoever is to administer. */
  serial: Count,
});

/** POST /api/desk/invitations/:id/join, `Authorization: Invitation <token>` */
export const Join = v.strictObject({
  name: AccountName,
  credentials: Credentials,
  record: NewPerson,
  /** Over the record, keyed with the link's secret: the server cannot make one. */
  authenticator: bytesSchema(32),
});
export type Join = v.InferOutput<typeof Join>;

/** POST /api/desk/admissions: an administrator proposes a recovery officer. */
export const ProposeReader = v.strictObject({ record: ReaderRecord });

/** GET /api/desk/members */
export const Members = v.strictObject({
  accounts: v.array(
    v.strictObject({
      id: AccountId,
      name: AccountName,
      part: AccountPart,
      state: v.picklist(['active', 'joined', 'locked', 'removed']),
    }),
  ),
  invitations: v.array(
    v.strictObject({
      id: bytesSchema(16),
      shownName: v.string(),
      by: AccountId,
      createdOn: Day,
    }),
  ),
  admissions: v.array(
    v.strictObject({
      record: NewPerson,
      /** Null for a recovery officer. */
      invitation: v.nullable(
        v.strictObject({
          id: bytesSchema(16),
          by: AccountId,
          replaces: v.nullable(ReaderId),
          authenticator: bytesSchema(32),
          /** Only in the inviter's own answer. */
          sealedSecret: v.nullable(bytesSchema(BOX_OVERHEAD + 32)),
        }),
      ),
      handler: v.nullable(ReaderId),
      handlerSignature: v.nullable(bytesSchema(64)),
    }),
  ),
});
export type Members = v.InferOutput<typeof Members>;

/** PUT /api/desk/admissions/:id/signature: the handler's half. */
export const SignAdmission = v.strictObject({ signature: bytesSchema(64) });

/**
 * How many cases a handler can open, how many of them no other handler who can sign in, and of those
 * how many a recovery officer's paper opens.
 */
export const Holding = v.strictObject({
  reader: ReaderId,
  cases: Counted,
  alone: Counted,
  paper: Counted,
});
export type Holding = v.InferOutput<typeof Holding>;

/** GET /api/desk/holdings: a handler's own. */
export const HoldingsAnswer = v.strictObject({ holdings: v.array(Holding) });
export type HoldingsAnswer = v.InferOutput<typeof HoldingsAnswer>;

/** POST /api/desk/directories: the next version, signed by an administrator. */
export const PublishDirectory = v.strictObject({ directory: SignedDirectory });
/** PUT /api/desk/stamp */
export const PutStamp = v.strictObject({ stamp: Stamp });

/** What the desk must know to tell whether the channel can be published. */
export const ChannelReadiness = v.strictObject({
  channel: ChannelId,
  readers: v.pipe(v.number(), v.integer()),
  practiceRead: v.boolean(),
});
/** GET /api/desk/readiness */
export const Readiness = v.strictObject({ channels: v.array(ChannelReadiness) });

/** One entry of the audit log; content and salt are null once its case was purged. */
export const AuditEntry = v.strictObject({
  scope: v.string(),
  sequence: Count,
  content: v.nullable(v.string()),
  salt: v.nullable(bytesSchema(16)),
  contentHash: bytesSchema(32),
  previous: v.nullable(bytesSchema(32)),
  hash: bytesSchema(32),
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

/** The document inside an audit entry. */
export const AuditContent = v.strictObject({
  at: v.pipe(v.string(), v.isoTimestamp()),
  action: v.string(),
  actor: v.nullable(AccountId),
  details: mapOf(v.string(), v.union([v.string(), v.number()])),
});
export type AuditContent = v.InferOutput<typeof AuditContent>;

/**
 * The head of an audit chain, signed by an account: its newest entry that this person's client had
 * followed on a day.
 */
export const AuditHead = v.strictObject({
  account: AccountId,
  scope: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  sequence: Count,
  hash: bytesSchema(32),
  day: Day,
  signature: bytesSchema(64),
});
export type AuditHead = v.InferOutput<typeof AuditHead>;

/** GET /api/desk/audit?scope=…&after=N: the scopes this person may read, or the entries of one. */
export const AuditScopes = v.strictObject({
  scopes: v.array(v.strictObject({ scope: v.string(), case: v.nullable(CaseId) })),
});
/** Most entries in one answer: fewer say that the chain ends here. */
export const AUDIT_PAGE = 500;
export const AuditAnswer = v.strictObject({
  entries: v.array(AuditEntry),
  /** The head of this chain that whoever asks signed last. */
  own: v.nullable(AuditHead),
});
export type AuditAnswer = v.InferOutput<typeof AuditAnswer>;

/** GET /api/desk/audit/heads?after=<cursor>: all heads of the chains this person may read. */
export const AuditHeadsAnswer = v.strictObject({
  heads: v.array(AuditHead),
  /** Where the next page starts, null at the end; opaque. */
  next: v.nullable(v.string()),
});
/** PUT /api/desk/audit/heads: newer heads of the account itself, in place of those before. */
export const PutAuditHeads = v.strictObject({
  heads: v.pipe(v.array(AuditHead), v.minLength(1), v.maxLength(100)),
});

/** The file in which somebody keeps signed heads where the server cannot reach them. */
export const AuditHeadsFile = v.strictObject({
  v: v.literal(1),
  kind: v.literal('audit heads'),
  installation: InstallationId,
  day: Day,
  heads: v.pipe(v.array(AuditHead), v.maxLength(1_000_000)),
});
export type AuditHeadsFile = v.InferOutput<typeof AuditHeadsFile>;
