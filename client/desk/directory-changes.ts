import {
  type Administrator,
  type Channel,
  channelPeople,
  type Directory,
  fingerprintWords,
  fromBase64,
  type Organisation,
  type Reader,
  ruleOfChannel,
} from '../../crypto/private.js';
import type { DirectoryChangeLine } from '../models.js';
import { noticesChanged } from './notice-changes.js';
import { questionsChanged } from './question-changes.js';

/** A version and the one before it, of which a thing was taken, with the thing as it was and is. */
interface Change<Thing> {
  before: Thing;
  after: Thing;
  versions: { before: Directory; after: Directory };
}

/**
 * How a change of each field is told, `fixed` where `checkSuccession` refuses any: a field that is
 * added to the schema has to be added here.
 */
type Tellers<Thing> = {
  readonly [Field in keyof Thing]-?: ((change: Change<Thing>) => DirectoryChangeLine[]) | 'fixed';
};

type ByLanguage = Readonly<Record<string, string>>;

/** The languages in which two sets of texts differ. */
function changedLanguages(before: ByLanguage, after: ByLanguage): string[] {
  const languages = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...languages].filter((language) => before[language] !== after[language]).sort();
}

const organisationTellers: Tellers<Organisation> = {
  id: 'fixed',
  root: 'fixed',
  names: ({ before, after }) =>
    changedLanguages(before.names, after.names).map((language) => ({
      code: 'organisation_name',
      language,
      before: before.names[language] ?? null,
      after: after.names[language] ?? null,
    })),
  country: ({ before, after }) => [
    {
      code: 'organisation_country',
      organisation: after.names,
      before: before.country,
      after: after.country,
    },
  ],
};

const administratorTellers: Tellers<Administrator> = {
  id: 'fixed',
  organisation: 'fixed',
  serial: 'fixed',
  kem: 'fixed',
  sig: 'fixed',
  delegation: 'fixed',
  state: ({ after }) => [{ code: 'administrator_revoked', serial: after.serial }],
};

/** Who administers from now on: by number and words, since the directory has no name. */
function administratorLine(
  { serial, kem, sig, delegation }: Administrator,
  { readers }: Directory,
): DirectoryChangeLine {
  const handler =
    delegation.by === 'two' && readers.find(({ record }) => record.id === delegation.handler);
  return {
    code: 'administrator_added',
    serial,
    words: fingerprintWords(fromBase64(kem), fromBase64(sig)),
    by: handler ? handler.record.name : null,
  };
}

const channelTellers: Tellers<Channel> = {
  id: 'fixed',
  organisation: ({ before, after, versions }) => [
    {
      code: 'channel_moved',
      channel: after.names,
      before: organisationNames(versions.before, before),
      after: organisationNames(versions.after, after),
    },
  ],
  names: ({ before, after }) =>
    changedLanguages(before.names, after.names).map((language) => ({
      code: 'channel_name',
      channel: after.names,
      language,
      before: before.names[language] ?? null,
      after: after.names[language] ?? null,
    })),
  texts: ({ before, after }) => {
    const languages = changedLanguages(before.texts, after.texts);
    return languages.length === 0
      ? []
      : [{ code: 'channel_texts', channel: after.names, languages }];
  },
  country: ({ before, after }) => [countryChanged(before, after)],
  // told with the country, unless that stays
  countryReason: ({ before, after }) =>
    before.country === after.country ? [countryChanged(before, after)] : [],
  deadlines: ({ before, after }) => [
    {
      code: 'channel_deadlines',
      channel: after.names,
      before: before.deadlines?.at(-1) ?? null,
      after: after.deadlines?.at(-1) ?? null,
    },
  ],
  notices: ({ before, after }) => noticesChanged(before, after),
  languages: ({ before, after }) => [
    {
      code: 'channel_languages',
      channel: after.names,
      before: before.languages,
      after: after.languages,
    },
  ],
  published: ({ after }) => [
    { code: after.published ? 'channel_published' : 'channel_unpublished', channel: after.names },
  ],
  retentionMonths: ({ before, after }) =>
    // where there is a rule, the months are a part of it
    before.retention === undefined && after.retention === undefined
      ? [
          {
            code: 'channel_months',
            channel: after.names,
            before: before.retentionMonths,
            after: after.retentionMonths,
          },
        ]
      : [],
  retention: ({ before, after }) => [
    {
      code: 'channel_retention',
      channel: after.names,
      before: ruleOfChannel(before),
      after: ruleOfChannel(after),
      shorter: after.retention?.shorter ?? [],
      preset: after.retention?.preset ?? null,
      reason: after.retention?.reason ?? '',
    },
  ],
  publicBody: ({ after }) => [publicBodyTurned(after)],
  receipts: ({ after }) => [receiptsTurned(after)],
  exportsByTwo: ({ after }) => [exportsTurned(after)],
  questionnaire: ({ before, after }) => questionsChanged(before, after),
  about: ({ before, after }) => {
    const languages = changedLanguages(before.about ?? {}, after.about ?? {});
    return languages.length === 0
      ? []
      : [{ code: 'channel_about', channel: after.names, languages }];
  },
  closed: ({ after }) => [
    { code: after.closed === true ? 'channel_closed' : 'channel_opened', channel: after.names },
  ],
  roster: ({ after, versions }) => [readersChanged(after, versions)],
};

function countryChanged(before: Channel, after: Channel): DirectoryChangeLine {
  return {
    code: 'channel_country',
    channel: after.names,
    before: before.country,
    after: after.country,
    reason: after.countryReason ?? '',
  };
}

/** Who reads a channel now, and what of that is new. */
function readersChanged(
  channel: Channel,
  { before, after }: Change<unknown>['versions'],
): DirectoryChangeLine {
  const idsIn = (directory: Directory): string[] =>
    channelPeople(directory, channel.id).map(({ record }) => record.id);
  const [old, now] = [idsIn(before), idsIn(after)];
  const named = (ids: readonly string[]): string[] =>
    after.readers.filter(({ record }) => ids.includes(record.id)).map(({ record }) => record.name);
  return {
    code: 'channel_readers',
    channel: channel.names,
    readers: named(now),
    joining: named(now.filter((id) => !old.includes(id))),
    leaving: named(old.filter((id) => !now.includes(id))),
  };
}

function receiptsTurned({
  receipts,
  names,
}: Pick<Channel, 'receipts' | 'names'>): DirectoryChangeLine {
  return { code: receipts ? 'receipts_on' : 'receipts_off', channel: names };
}

function exportsTurned({
  exportsByTwo,
  names,
}: Pick<Channel, 'exportsByTwo' | 'names'>): DirectoryChangeLine {
  return { code: exportsByTwo === true ? 'exports_by_two' : 'exports_by_one', channel: names };
}

/** The rule with which a channel began, where it is another than so many months after closure. */
function addedRule({
  names,
  retention,
}: {
  names: ByLanguage;
  retention: Channel['retention'] | undefined;
}): DirectoryChangeLine[] {
  if (retention === undefined) return [];
  const { clauses, wins, shorter, preset, reason } = retention;
  const rule = { clauses, wins };
  return [
    {
      code: 'channel_retention',
      channel: names,
      before: rule,
      after: rule,
      shorter,
      preset,
      reason,
    },
  ];
}

function publicBodyTurned({
  publicBody,
  names,
}: Pick<Channel, 'publicBody' | 'names'>): DirectoryChangeLine {
  return { code: publicBody === true ? 'public_body' : 'no_public_body', channel: names };
}

const readerTellers: Tellers<Reader> = {
  record: 'fixed',
  admission: 'fixed',
  state: ({ after }) => [{ code: 'reader_left', name: after.record.name }],
};

const directoryTellers: Tellers<Directory> = {
  v: 'fixed',
  installation: 'fixed',
  version: 'fixed',
  previous: 'fixed',
  // stands above the lines of its version
  date: () => [],
  organisations: ({ versions }) =>
    tellEach(versions, 'organisations', ({ id }) => id, organisationTellers, {}),
  administrators: ({ versions }) =>
    tellEach(versions, 'administrators', ({ id }) => id, administratorTellers, {
      added: (administrator) => [administratorLine(administrator, versions.after)],
    }),
  channels: ({ versions }) =>
    tellEach(versions, 'channels', ({ id }) => id, channelTellers, {
      added: (channel) => {
        const { names, retentionMonths, published, receipts, exportsByTwo, questionnaire } =
          channel;
        const { retention, publicBody } = channel;
        return [
          { code: 'channel_added', channel: names, months: retentionMonths },
          ...addedRule({ names, retention }),
          ...(publicBody === true ? [publicBodyTurned({ publicBody, names })] : []),
          ...(published ? [{ code: 'channel_published', channel: names } as const] : []),
          ...(receipts ? [receiptsTurned({ receipts, names })] : []),
          ...(exportsByTwo === true ? [exportsTurned({ exportsByTwo, names })] : []),
          ...questionsChanged({}, { names, ...(questionnaire && { questionnaire }) }),
          ...noticesChanged({}, channel),
          ...(channel.closed === true ? [{ code: 'channel_closed', channel: names } as const] : []),
          ...(channel.roster === undefined ? [] : [readersChanged(channel, versions)]),
        ];
      },
      removed: ({ names }) => [{ code: 'channel_removed', channel: names }],
    }),
  readers: ({ versions }) =>
    tellEach(versions, 'readers', ({ record }) => record.id, readerTellers, {
      added: (reader) => [
        readerAdded(reader, versions.after),
        ...(reader.state === 'left'
          ? [{ code: 'reader_left', name: reader.record.name } as const]
          : []),
      ],
    }),
  // one is added at the end, and ends once: `checkSuccession` refuses all else
  receiptKeys: ({ before, after }) => [
    ...after.receiptKeys
      .slice(before.receiptKeys.length)
      .map(({ sig }) => ({ code: 'receipt_key_added', words: wordsOf(sig) }) as const),
    ...before.receiptKeys.flatMap(({ sig, until }, index) => {
      const now = after.receiptKeys[index]?.until ?? null;
      if (until !== null || now === null) return [];
      return [{ code: 'receipt_key_ended', words: wordsOf(sig), until: now } as const];
    }),
  ],
};

function wordsOf(publicKey: string): string[] {
  return fingerprintWords(fromBase64(publicKey));
}

function organisationNames({ organisations }: Directory, { organisation }: Channel): ByLanguage {
  return organisations.find(({ id }) => id === organisation)?.names ?? {};
}

/** All by which people can tell that the new reader is whom they think. */
function readerAdded({ record, admission }: Reader, directory: Directory): DirectoryChangeLine {
  const by = admission.by === 'two' ? admission.handler : null;
  return {
    code: 'reader_added',
    name: record.name,
    role: record.role,
    part: record.part,
    channels: directory.channels
      .filter(({ id }) => record.channels.includes(id))
      .map(({ names }) => names),
    words: fingerprintWords(fromBase64(record.kem), fromBase64(record.sig)),
    by: directory.readers.find((reader) => reader.record.id === by)?.record.name ?? null,
    replaces:
      directory.readers.find((reader) => reader.record.id === record.replaces)?.record.name ?? null,
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What changed in each thing of a list, and which came, went, or stand in another order. */
function tellEach<Kind extends 'organisations' | 'administrators' | 'channels' | 'readers'>(
  versions: Change<unknown>['versions'],
  kind: Kind,
  idOf: (thing: Directory[Kind][number]) => string,
  tellers: Tellers<Directory[Kind][number]>,
  told: {
    added?: (thing: Directory[Kind][number]) => DirectoryChangeLine[];
    removed?: (thing: Directory[Kind][number]) => DirectoryChangeLine[];
  },
): DirectoryChangeLine[] {
  type Thing = Directory[Kind][number];
  const old: readonly Thing[] = versions.before[kind];
  const now: readonly Thing[] = versions.after[kind];
  const lines: DirectoryChangeLine[] = [];
  for (const after of now) {
    const before = old.find((thing) => idOf(thing) === idOf(after));
    lines.push(
      ...(before === undefined
        ? (told.added?.(after) ?? [])
        : tellFields({ before, after, versions }, tellers)),
    );
  }
  const remaining = new Set(now.map(idOf));
  for (const thing of old) {
    if (!remaining.has(idOf(thing))) lines.push(...(told.removed?.(thing) ?? []));
  }
  const known = new Set(old.map(idOf));
  const [order, orderBefore] = [
    now.map(idOf).filter((id) => known.has(id)),
    old.map(idOf).filter((id) => remaining.has(id)),
  ];
  if (!same(order, orderBefore)) lines.push({ code: 'order', of: kind });
  return lines;
}

function tellFields<Thing extends object>(
  change: Change<Thing>,
  tellers: Tellers<Thing>,
): DirectoryChangeLine[] {
  const fields = Object.keys(tellers) as (keyof Thing)[];
  return fields.flatMap((field) => {
    const tell = tellers[field];
    if (tell === 'fixed' || same(change.before[field], change.after[field])) return [];
    return tell(change);
  });
}

/**
 * All that differs between a version and the one that follows it, as lines a page can translate.
 * What `checkSuccession` refuses is not among them.
 */
export function changesBetween(before: Directory, after: Directory): DirectoryChangeLine[] {
  const versions = { before, after };
  const lines = tellFields({ before, after, versions }, directoryTellers);
  return lines.length === 0 ? [{ code: 'nothing' }] : lines;
}
