import * as v from 'valibot';
import { toBase64 } from './bytes.js';
import { LABEL_LIMIT, PROGRESS } from './content.js';
import type { AccountKeys } from './account.js';
import { handbookContentsHash } from './handbook.js';
import { type Day, type InstallationId, Texts } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { ProtocolError } from './errors.js';
import { pad, paddedTextSize, unpad } from './padding.js';
import { openShared, openSharedKey, sealShared } from './shared-box.js';
import { sign } from './signature.js';
import { Handbook, HANDBOOK_MAX_BYTES, type HandbookAnswer, PutHandbook } from './wire/handbook.js';

/** What a ready text is for. */
export const READY_PURPOSES = [
  'acknowledgement',
  'question',
  'extension',
  'feedback',
  'refusal',
  'request_received',
  'request_extended',
  'request_nothing_given',
  'request_refused',
] as const;
export type ReadyPurpose = (typeof READY_PURPOSES)[number];

/** Most stages, labels and ready texts of an organisation, and the longest of their words. */
export const STAGES_LIMIT = 30;
export const OFFERED_LABELS_LIMIT = 60;
export const READY_TEXTS_LIMIT = 40;
export const STAGE_LIMIT = 60;
export const READY_TEXT_LIMIT = 5_000;

/** One text in one language at least, none of them empty or longer than this. */
function shortTexts(most: number) {
  return v.pipe(
    Texts,
    v.check((texts) => {
      const values = Object.values(texts);
      return values.length > 0 && values.every((text) => text.trim() !== '' && text.length <= most);
    }),
  );
}

function isUnique(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(STAGE_LIMIT));
const purpose = v.picklist(READY_PURPOSES);

/** What an organisation says of a ready text: it changed or took out the built-in one, or has its own. */
export const OwnReadyText = v.variant('state', [
  v.strictObject({
    state: v.literal('changed'),
    purpose,
    texts: shortTexts(READY_TEXT_LIMIT),
  }),
  v.strictObject({ state: v.literal('removed'), purpose }),
  v.strictObject({
    state: v.literal('added'),
    purpose,
    name,
    texts: shortTexts(READY_TEXT_LIMIT),
  }),
]);
export type OwnReadyText = v.InferOutput<typeof OwnReadyText>;

/** What an organisation changed of the words with which its handlers work. */
export const HandbookContents = v.strictObject({
  v: v.literal(1),
  /** Under which fixed status each stands. */
  stages: v.pipe(
    v.array(v.strictObject({ progress: v.picklist(PROGRESS), names: shortTexts(STAGE_LIMIT) })),
    v.maxLength(STAGES_LIMIT),
  ),
  labels: v.pipe(
    v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(LABEL_LIMIT))),
    v.maxLength(OFFERED_LABELS_LIMIT),
    v.check((list) => isUnique(list)),
  ),
  texts: v.pipe(
    v.array(OwnReadyText),
    v.maxLength(READY_TEXTS_LIMIT),
    // a built-in text is changed or taken out, and once
    v.check((texts) =>
      isUnique(texts.flatMap((each) => (each.state === 'added' ? [] : [each.purpose]))),
    ),
  ),
});
export type HandbookContents = v.InferOutput<typeof HandbookContents>;

/** A handbook that changes nothing. */
export const NO_HANDBOOK: HandbookContents = { v: 1, stages: [], labels: [], texts: [] };

/** Where a handbook comes after, on which day, and who saves it for whom. */
export interface HandbookSigner {
  installation: InstallationId;
  account: string;
  keys: AccountKeys;
  number: number;
  previous: string | null;
  date: Day;
  readers: readonly { id: string; kem: string }[];
}

const SEALED = 'handbook';

/**
 * Seals contents to readers and signs them as the next handbook. Throws `too_long` where they do not
 * fit, `malformed` where they break a limit.
 */
export function sealHandbook(contents: HandbookContents, by: HandbookSigner): PutHandbook {
  const parsed = v.safeParse(HandbookContents, contents);
  if (!parsed.success) throw new ProtocolError('malformed', 'handbook contents');
  const bytes = toJsonBytes(parsed.output);
  const size = paddedTextSize(bytes.length);
  if (size > HANDBOOK_MAX_BYTES) throw new ProtocolError('too_long', 'handbook');
  const { installation, account, keys, number, previous, date } = by;
  const shared = sealShared(SEALED, [installation, number], pad(bytes, size), by.readers);
  const document = toJsonBytes(
    v.parse(Handbook, {
      v: 1,
      installation,
      number,
      date,
      previous,
      contents: handbookContentsHash(shared.box),
    }),
  );
  return v.parse(PutHandbook, {
    handbook: {
      document: toBase64(document),
      administrator: account,
      signature: toBase64(sign(keys.sig.secretKey, 'handbook', document)),
    },
    box: shared.box,
    keys: shared.keys,
  });
}

/**
 * The contents of a handbook whose signature was checked; null for somebody to whom it was not
 * sealed. Throws as `openBox` does, or `malformed`.
 */
export function openHandbook(
  { box, key }: Pick<NonNullable<HandbookAnswer['handbook']>, 'box' | 'key'>,
  { installation, number }: Handbook,
  account: string,
  keys: AccountKeys,
): HandbookContents | null {
  const context = [installation, number];
  if (key === null || (key.recipient as string) !== account) return null;
  const opening = openSharedKey(SEALED, context, key, keys.kem);
  return fromJsonBytes(HandbookContents, unpad(openShared(SEALED, context, box, opening)));
}
