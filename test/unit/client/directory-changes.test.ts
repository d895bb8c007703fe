import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { changesBetween } from '../../../client/desk/directory-changes.js';
import type { DirectoryChangeLine } from '../../../client/models.js';
import {
  ChannelId,
  checkSuccession,
  Day,
  Directory,
  fingerprintWords,
  fromBase64,
  newId,
  OrganisationId,
  ProtocolError,
  randomBytes,
  ReaderId,
  toBase64,
  type Channel,
  type Organisation,
  type Reader,
  type Retention,
  type Roster,
} from '../../../crypto/private.js';
import { makeOrganisation, type TestOrganisation } from '../../support/organisation.js';

/*
 * Every desk tells of everything that a new version of the directory changes. The fields come from
 * the schema itself: each is changed in a real directory, and either that is told, or no desk takes
 * such a directory.
 */

const questions = {
  sections: [
    {
      titles: {},
      fields: [
        { id: 'name', type: 'text', labels: { en: 'x' }, help: {}, options: [], when: null },
      ],
    },
  ],
};

let organisation: TestOrganisation;
let before: Directory;

beforeAll(async () => {
  organisation = await makeOrganisation({ parts: ['handler', 'handler', 'recovery_officer'] });
  const [channel] = organisation.directory.channels;
  if (channel === undefined) throw new Error('a directory without a channel');
  const second: Channel = { ...channel, id: newId(ChannelId), published: false };
  const [one, two, three] = organisation.directory.readers;
  if (one === undefined || two === undefined || three === undefined) throw new Error('readers');
  const elsewhere: Organisation = {
    id: newId(OrganisationId),
    names: { en: 'Subsidiary' },
    country: 'NO',
    root: toBase64(randomBytes(32)),
  };
  const [administrator] = organisation.directory.administrators;
  if (administrator === undefined) throw new Error('a directory without an administrator');
  before = {
    ...organisation.directory,
    organisations: [...organisation.directory.organisations, elsewhere],
    administrators: [
      administrator,
      { ...administrator, id: newId(ReaderId) as string as typeof administrator.id, serial: 2 },
    ],
    channels: [channel, second],
    readers: [one, two, three],
    receiptKeys: [
      { sig: toBase64(randomBytes(32)), until: v.parse(Day, '2026-01-02') },
      { sig: toBase64(randomBytes(32)), until: null },
    ],
  };
});

/** A schema as far as this test looks into it. */
type Schema = v.GenericSchema & {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly wrapped?: Schema;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly unknown[];
};

type Path = readonly (string | number)[];

/** Every place in a value that a schema knows, the value's own keys in records among them. */
function* placesOf(schema: Schema, value: unknown, path: Path = []): Generator<[Path, Schema]> {
  if (schema.type === 'strict_object' && schema.entries !== undefined) {
    for (const [field, inner] of Object.entries(schema.entries)) {
      yield* placesOf(inner, (value as Record<string, unknown>)[field], [...path, field]);
    }
    return;
  }
  if (schema.type === 'variant') {
    const options = schema.options as readonly Schema[];
    const option = options.find((each) => v.is(each, value));
    if (option === undefined) throw new Error(`no option at ${path.join('.')}`);
    yield* placesOf(option, value, path);
    return;
  }
  yield [path, schema];
  const { item } = schema;
  if (schema.type === 'array' && item?.entries !== undefined) {
    for (const [index, each] of (value as unknown[]).entries()) {
      yield* placesOf(item, each, [...path, index]);
    }
  }
}

/** Other values that the schema allows there; none where it allows only this one. */
function othersFor(schema: Schema, value: unknown): unknown[] {
  const others = candidatesFor(schema, value);
  return others.filter((other) => JSON.stringify(other) !== JSON.stringify(value));
}

function candidatesFor(schema: Schema, value: unknown): unknown[] {
  if (schema.type === 'picklist') return [...(schema.options ?? [])];
  if (schema.type === 'nullable') return [null, toBase64(randomBytes(32))];
  if (schema.type === 'literal') return [];
  // absent where it does not hold
  if (schema.type === 'exact_optional') {
    const retention: Retention = {
      clauses: [{ kind: 'necessity', months: 24, anchor: 'closure' }],
      wins: null,
      shorter: [],
      preset: null,
      reason: 'The board decided so.',
    };
    const deadlines = [{ from: '2026-03-03', ackDays: 3, feedbackDays: null, reason: 'We can.' }];
    const notices = { advice: { country: 'SE', words: { en: 'Ask the union.' }, reason: 'Why.' } };
    const others = [true, questions, { en: 'Other words' }, newRoster(), retention, deadlines];
    const all = [...others, notices, 'Why.'];
    return all.filter((other) => schema.wrapped && v.is(schema.wrapped, other));
  }
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'string') return stringsLike(value).filter((other) => v.is(schema, other));
  if (Array.isArray(value)) return [value.slice(1), value.toReversed()];
  const texts = v.parse(v.record(v.string(), v.string()), value);
  const [first = 'en'] = Object.keys(texts);
  const rest = Object.fromEntries(Object.entries(texts).slice(1));
  return [{ ...texts, [first]: 'Other words' }, { ...texts, fi: 'More words' }, rest];
}

/** Signed by two who may; whether the signatures hold is checked before a desk compares versions. */
function newRoster(): Roster {
  const [administrator] = before.administrators;
  const [one, two] = before.readers;
  const [channel] = before.channels;
  if (administrator === undefined || one === undefined || two === undefined) fail();
  return {
    terms: { channel: channel?.id ?? fail(), since: 1, added: [], removed: [two.record.id] },
    administrator: administrator.id,
    administratorSignature: toBase64(randomBytes(64)),
    handler: one.record.id,
    handlerSignature: toBase64(randomBytes(64)),
  };
}

function stringsLike(value: string): string[] {
  const bytes = /^[\w-]+$/.test(value) ? Math.floor((value.length * 3) / 4) : 1;
  return ['2026-03-03', 'NO', 'DK', 'fi', toBase64(randomBytes(bytes)), `${value} more`];
}

function withValue(value: unknown, [head, ...rest]: Path, other: unknown): unknown {
  if (head === undefined) return other;
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) =>
      index === head ? withValue(each, rest, other) : each,
    );
  }
  const fields = value as Record<string, unknown>;
  return { ...fields, [head]: withValue(fields[head], rest, other) };
}

/** Whether a desk takes this as the version after the other. */
function isTaken(after: Directory): boolean {
  const hash = organisation.hash;
  const next = {
    ...after,
    version: after.version + 1,
    previous: after.previous === before.previous ? hash : after.previous,
  };
  try {
    checkSuccession({ directory: before, hash }, { directory: next, hash });
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.fault !== 'wrong_directory') throw error;
    return false;
  }
}

function tell(change: Partial<Directory>): DirectoryChangeLine[] {
  return changesBetween(before, { ...before, ...change });
}

function withChannel(change: Partial<Channel>): Partial<Directory> {
  return {
    channels: before.channels.map((channel, index) =>
      index === 0 ? { ...channel, ...change } : channel,
    ),
  };
}

describe('every field of the schema', () => {
  it('is told when it changes, or cannot change', () => {
    const fates = new Map<string, 'told' | 'refused'>();
    for (const [path, schema] of placesOf(Directory, before)) {
      const value = path.reduce<unknown>(
        (at, key) => (at as Record<string | number, unknown>)[key],
        before,
      );
      const name = path.filter((key) => typeof key === 'string').join('.');
      const others = othersFor(schema, value);
      if (schema.type !== 'literal') expect(others, name).not.toEqual([]);
      for (const other of others) {
        const after = withValue(before, path, other) as Directory;
        const taken = isTaken(after);
        fates.set(name, taken ? 'told' : (fates.get(name) ?? 'refused'));
        // the day stands above the lines of each version
        if (taken && name !== 'date') {
          expect(changesBetween(before, after), name).not.toEqual([{ code: 'nothing' }]);
        }
      }
    }
    const told = [...fates].filter(([, fate]) => fate === 'told').map(([name]) => name);
    expect(told).toEqual([
      'date',
      'organisations',
      'organisations.names',
      'organisations.country',
      'administrators',
      'administrators.state',
      'channels',
      'channels.id',
      'channels.organisation',
      'channels.names',
      'channels.texts',
      'channels.country',
      'channels.countryReason',
      'channels.deadlines',
      'channels.notices',
      'channels.languages',
      'channels.published',
      'channels.retentionMonths',
      'channels.retention',
      'channels.publicBody',
      'channels.receipts',
      'channels.exportsByTwo',
      'channels.questionnaire',
      'channels.about',
      'channels.closed',
      'channels.roster',
      'readers',
      'readers.state',
      'receiptKeys.until',
    ]);
    const refused = [...fates].filter(([, fate]) => fate === 'refused').map(([name]) => name);
    expect(refused).toEqual(
      expect.arrayContaining([
        'installation',
        'version',
        'previous',
        'organisations.id',
        'organisations.root',
        'administrators.kem',
        'administrators.sig',
        'administrators.delegation.signature',
        'readers.record.name',
        'readers.record.role',
        'readers.record.part',
        'readers.record.channels',
        'readers.record.kem',
        'readers.record.sig',
        'readers.admission.handlerSignature',
        'receiptKeys',
        'receiptKeys.sig',
      ]),
    );
  });

  it('is told beside other changes of the same thing', () => {
    const day = v.parse(Day, '2026-03-03');
    const after: Omit<Channel, 'id' | 'organisation'> = {
      names: { en: 'Speak up' },
      texts: {},
      country: 'NO',
      languages: ['en'],
      published: false,
      retentionMonths: 12,
      receipts: true,
      exportsByTwo: true,
      about: { en: 'For all.' },
      closed: true,
      roster: newRoster(),
      publicBody: true,
      countryReason: 'The company moved.',
      deadlines: [{ from: day, ackDays: 3, feedbackDays: null, reason: 'We can.' }],
      notices: { anonymity: { country: 'NO', words: { en: 'We take them.' }, reason: 'Asked.' } },
    };
    const codes = tell(withChannel(after)).map(({ code }) => code);
    expect(codes.sort()).toEqual([
      'channel_about',
      'channel_closed',
      'channel_country',
      'channel_deadlines',
      'channel_languages',
      'channel_months',
      'channel_name',
      'channel_notices',
      'channel_readers',
      'channel_texts',
      'channel_unpublished',
      'exports_by_two',
      'public_body',
      'receipts_on',
    ]);
  });
});

function fail(): never {
  throw new Error('nothing there');
}

describe('a change', () => {
  const channel = { en: 'Reports' };

  it('of what is said to notices is told in all its words, as it was and is, with the reason', () => {
    const [own] = before.channels;
    if (own === undefined) fail();
    const authority = {
      names: { en: 'Bank supervisor', sv: 'Bankinspektionen' },
      url: 'https://supervisor.example/',
      contact: 'Box 1, Example',
      conditions: { en: 'For banks.' },
    };
    const first = {
      country: 'SE',
      words: { en: 'We are a bank.' },
      added: [authority],
      reason: 'A.',
    };
    const advice = { country: 'SE', words: { en: 'Ask the union.' }, reason: 'B.' };
    const notices = { authorities: first, advice };
    const later = {
      authorities: { ...first, words: {}, added: [], reason: 'C.' },
      advice,
    };
    const line = { code: 'channel_notices', channel };
    const said = [
      ...['We are a bank.', 'Bank supervisor', 'Bankinspektionen'],
      ...['https://supervisor.example/', 'Box 1, Example', 'For banks.'],
    ];
    expect(tell(withChannel({ notices }))).toEqual([
      { ...line, of: 'authorities', before: [], after: said, reason: 'A.' },
      { ...line, of: 'advice', before: [], after: ['Ask the union.'], reason: 'B.' },
    ]);
    const withNotices = (value: Channel['notices']): Directory => ({
      ...before,
      channels: [{ ...own, ...(value && { notices: value }) }, ...before.channels.slice(1)],
    });
    expect(changesBetween(withNotices(notices), withNotices(later))).toEqual([
      { ...line, of: 'authorities', before: said, after: [], reason: 'C.' },
    ]);
    // a channel that begins with words of its own
    const added = { ...own, id: newId(ChannelId), notices };
    const codes = changesBetween(before, { ...before, channels: [...before.channels, added] });
    expect(codes.filter(({ code }) => code === 'channel_notices')).toHaveLength(2);
  });

  it('of a channel is told as it was and as it is', () => {
    expect(tell(withChannel({ retentionMonths: 12 }))).toEqual([
      { code: 'channel_months', channel, before: 24, after: 12 },
    ]);
    expect(tell(withChannel({ country: 'NO' }))).toEqual([
      { code: 'channel_country', channel, before: 'SE', after: 'NO', reason: '' },
    ]);
    const reasoned = { country: 'NO', countryReason: 'The company moved.' };
    expect(tell(withChannel(reasoned))).toEqual([
      { code: 'channel_country', channel, before: 'SE', after: 'NO', reason: 'The company moved.' },
    ]);
    expect(tell(withChannel({ languages: ['fi'] }))).toEqual([
      { code: 'channel_languages', channel, before: ['en', 'sv'], after: ['fi'] },
    ]);
    expect(tell(withChannel({ published: false }))).toEqual([
      { code: 'channel_unpublished', channel },
    ]);
    expect(tell(withChannel({ texts: { en: 'Other.', sv: 'Andra.' } }))).toEqual([
      { code: 'channel_texts', channel, languages: ['en', 'sv'] },
    ]);
    const names = { en: 'Speak up', fi: 'Kanava' };
    expect(tell(withChannel({ names }))).toEqual([
      {
        code: 'channel_name',
        channel: names,
        language: 'en',
        before: 'Reports',
        after: 'Speak up',
      },
      { code: 'channel_name', channel: names, language: 'fi', before: null, after: 'Kanava' },
    ]);
    const [, other] = before.organisations;
    expect(tell(withChannel({ organisation: other?.id ?? fail() }))).toEqual([
      {
        code: 'channel_moved',
        channel,
        before: before.organisations[0]?.names,
        after: { en: 'Subsidiary' },
      },
    ]);
  });

  it('of receipts and their keys is told', () => {
    expect(tell(withChannel({ receipts: true }))).toEqual([{ code: 'receipts_on', channel }]);
    const on = { ...before, ...withChannel({ receipts: true }) };
    expect(changesBetween(on, before)).toEqual([{ code: 'receipts_off', channel }]);
    const [ended, inUse] = before.receiptKeys;
    if (ended === undefined || inUse === undefined) fail();
    const until = v.parse(Day, '2026-03-02');
    const added = { sig: toBase64(randomBytes(32)), until: null };
    expect(tell({ receiptKeys: [ended, { ...inUse, until }, added] })).toEqual([
      { code: 'receipt_key_added', words: fingerprintWords(fromBase64(added.sig)) },
      { code: 'receipt_key_ended', words: fingerprintWords(fromBase64(inUse.sig)), until },
    ]);
  });

  it('of who reads a channel is told with all names', () => {
    const on = { ...before, ...withChannel({ roster: newRoster() }) };
    expect(changesBetween(before, on)).toEqual([
      {
        code: 'channel_readers',
        channel,
        readers: ['Reader 1', 'Reader 3'],
        joining: [],
        leaving: ['Reader 2'],
      },
    ]);
  });

  it('that closes a channel is told, and one that opens it', () => {
    const on = { ...before, ...withChannel({ closed: true }) };
    expect(changesBetween(before, on)).toEqual([{ code: 'channel_closed', channel }]);
    expect(changesBetween(on, before)).toEqual([{ code: 'channel_opened', channel }]);
  });

  it('of the rule of two persons for exports is told', () => {
    const on = { ...before, ...withChannel({ exportsByTwo: true }) };
    expect(changesBetween(before, on)).toEqual([{ code: 'exports_by_two', channel }]);
    expect(changesBetween(on, before)).toEqual([{ code: 'exports_by_one', channel }]);
  });

  it('of the channels themselves is told', () => {
    const [first, second] = before.channels;
    if (first === undefined || second === undefined) fail();
    expect(tell({ channels: [second] })).toEqual([{ code: 'channel_removed', channel }]);
    const added = { ...first, id: newId(ChannelId), names: { en: 'New' } };
    expect(tell({ channels: [first, second, added] })).toEqual([
      { code: 'channel_added', channel: { en: 'New' }, months: 24 },
      { code: 'channel_published', channel: { en: 'New' } },
    ]);
    const giving = { ...added, published: false, receipts: true };
    expect(tell({ channels: [first, second, giving] })).toEqual([
      { code: 'channel_added', channel: { en: 'New' }, months: 24 },
      { code: 'receipts_on', channel: { en: 'New' } },
    ]);
    expect(tell({ channels: [second, first] })).toEqual([{ code: 'order', of: 'channels' }]);
  });

  it('of the organisation is told', () => {
    const [own, other] = before.organisations;
    if (own === undefined || other === undefined) fail();
    const names = { en: 'Example Group', sv: 'Exempel' };
    expect(tell({ organisations: [{ ...own, names, country: 'NO' }, other] })).toEqual([
      { code: 'organisation_name', language: 'en', before: 'Example', after: 'Example Group' },
      { code: 'organisation_country', organisation: names, before: 'SE', after: 'NO' },
    ]);
  });

  it('of administrators is told', () => {
    const [first, second] = before.administrators;
    if (first === undefined || second === undefined) fail();
    const third = { ...second, id: newId(ReaderId) as string as typeof second.id, serial: 3 };
    expect(tell({ administrators: [first, { ...second, state: 'revoked' }, third] })).toEqual([
      { code: 'administrator_revoked', serial: 2 },
      {
        code: 'administrator_added',
        serial: 3,
        words: fingerprintWords(fromBase64(third.kem), fromBase64(third.sig)),
        by: null,
      },
    ]);
  });

  it('of readers is told with all that the person is known by', () => {
    const [first, second, third] = before.readers;
    if (first === undefined || second === undefined || third === undefined) fail();
    const gone: Reader = { ...second, state: 'left' };
    expect(tell({ readers: [first, gone, third] })).toEqual([
      { code: 'reader_left', name: 'Reader 2' },
    ]);
    const { record } = third;
    expect(changesBetween({ ...before, readers: [first, second] }, before)).toEqual([
      {
        code: 'reader_added',
        name: 'Reader 3',
        role: { en: 'Case handler' },
        part: 'recovery_officer',
        channels: [channel],
        words: fingerprintWords(fromBase64(record.kem), fromBase64(record.sig)),
        by: 'Reader 1',
        replaces: null,
      },
    ]);
    const again = { ...third, record: { ...record, replaces: second.record.id } };
    expect(
      changesBetween(
        { ...before, readers: [first, second] },
        { ...before, readers: [first, second, again] },
      ),
    ).toMatchObject([{ code: 'reader_added', replaces: 'Reader 2' }]);
    const left: Reader = { ...third, state: 'left' };
    expect(
      changesBetween(
        { ...before, readers: [first, second] },
        { ...before, readers: [first, second, left] },
      ).map(({ code }) => code),
    ).toEqual(['reader_added', 'reader_left']);
  });

  it('that nobody sees is told as such', () => {
    expect(tell({ version: 2 })).toEqual([{ code: 'nothing' }]);
    const texts = Object.fromEntries(Object.entries({ sv: 'B', en: 'A' }));
    const same = { ...before, ...withChannel({ texts: { en: 'A', sv: 'B' } }) };
    expect(changesBetween(same, { ...same, ...withChannel({ texts }) })).toEqual([
      { code: 'nothing' },
    ]);
  });
});
