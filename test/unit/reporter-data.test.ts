import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryRule, type CountryRow } from '../../client/law/country.js';
import { acknowledgementDuty, feedbackDuty, namedDay } from '../../client/law/days.js';
import { addDays, CATEGORIES, OUTCOMES, RELATIONS, type Day } from '../../crypto/private.js';
import { errorStatus } from '../../server/http/errors.js';
import type { Country } from '../../views/browser/countries.js';
import { ERROR_TEXTS } from '../../views/browser/error-text.js';
import { actOf } from '../../views/browser/reporter/case-law.js';

const views = fileURLToPath(new URL('../../views/', import.meta.url));
const read = (name: string): Promise<string> => readFile(path.join(views, name), 'utf8');
const json = async (name: string): Promise<unknown> => JSON.parse(await read(name)) as unknown;

interface Row {
  country: string;
  conf?: string;
  ackDays?: number | null;
  domain?: string | null;
}

describe('facts about countries', () => {
  it('are those that were given, byte for byte', async () => {
    const hashes = await Promise.all(
      ['authorities', 'jurisdictions'].map(async (name) =>
        createHash('sha256')
          .update(await read(`data/${name}.json`))
          .digest('hex'),
      ),
    );
    expect(hashes).toEqual([
      '7c2bbda972cd8caac42afbac1d7866e0262e9331e07796f5e9d434c5ce29aa9c',
      '08e7c4bc3dd2d2219996e969783fbf261a9210db3af82fa65049861d19c636d3',
    ]);
  });

  it('cover the same countries, each with a name and an authority in every language', async () => {
    const laws = (await json('data/jurisdictions.json')) as Row[];
    const authorities = (await json('data/authorities.json')) as Row[];
    const codes = laws.map(({ country }) => country).sort();
    expect(authorities.map(({ country }) => country).sort()).toEqual(codes);
    for (const language of ['en', 'sv', 'fi', 'nb']) {
      const texts = (await json(`locales/${language}/data.json`)) as Record<string, string>;
      for (const kind of ['country', 'authority']) {
        const named = Object.keys(texts).filter((key) => key.startsWith(`data.${kind}.`));
        expect(named.map((key) => key.split('.')[2]).sort()).toEqual(codes);
      }
    }
  });

  it('name a data protection authority for every country, without an address that nobody checked', async () => {
    const laws = (await json('data/jurisdictions.json')) as Row[];
    const supervisors = (await json('data/supervisors.json')) as (Row & { domainConf: string })[];
    const countries = laws.map(({ country }) => country).filter((country) => country !== 'EU');
    expect(supervisors.map(({ country }) => country).sort()).toEqual(countries.sort());
    const without = supervisors.filter(({ domain }) => domain === null);
    expect(without.every(({ domainConf }) => domainConf === 'L')).toBe(true);
  });

  it('say in the page’s words what the data say of a source or an act in English', async () => {
    const english =
      /\b(?:act in|act [xvi]+|am\.|and|arts|fixed|found|only|private|longer|out of|when)\b/iu;
    const laws = (await json('data/jurisdictions.json')) as (Row & {
      act: string;
      retention: { ref?: string } | null;
    })[];
    const told = async (file: string, name: string): Promise<string[]> => {
      const list = new RegExp(`${name} = \\[([^\\]]+)\\]`, 'u').exec(await read(file))?.[1] ?? '';
      return [...list.matchAll(/'(\w+)'/gu)].map((match) => match[1] ?? '');
    };
    const acts = await told('partials/countries.ejs', 'told');
    const national = acts.filter((country) => country !== 'EU');
    expect(await told('partials/desk/country-rules.ejs', 'acts')).toEqual(national);
    const sources = await told('partials/desk/country-rules.ejs', 'sources');
    const inEnglish = laws.filter(({ country, act }) => country !== 'IE' && english.test(act));
    expect(acts).toEqual(expect.arrayContaining(inEnglish.map(({ country }) => country)));
    const words = laws.filter(({ retention }) => english.test(retention?.ref ?? ''));
    expect(sources).toEqual(expect.arrayContaining(words.map(({ country }) => country)));
    for (const language of ['sv', 'fi', 'nb']) {
      const texts = (await json(`locales/${language}/data.json`)) as Record<string, string>;
      for (const country of acts) expect(texts[`data.act.${country}`]).not.toMatch(english);
    }
  });

  it('let a reporter’s page count the days of law as the desk does, in every country', async () => {
    const laws = (await json('data/jurisdictions.json')) as CountryRow[];
    const authorities = await json('data/authorities.json');
    const html = await ejs.renderFile(
      path.join(views, 'partials/countries.ejs'),
      {
        t: (key: string) => key,
        data: (name: string) => (name === 'authorities' ? authorities : laws),
      },
      { views: [path.join(views, 'partials')] },
    );
    const text = /<template id="countries">(.*)<\/template>/su.exec(html)?.[1] ?? '';
    const told = JSON.parse(text.replaceAll('&#34;', '"')) as Record<string, Country>;
    const day = fc
      .integer({ min: 0, max: 800 })
      .map((count) => addDays('2026-01-01' as Day, count));
    const days = (most: number) => fc.option(fc.integer({ min: 1, max: most }));
    for (const row of laws) {
      const desk = countryRule(row);
      const page = actOf(told[row.country]);
      const property = fc.property(
        day,
        day,
        days(20),
        days(6),
        days(88),
        (receivedOn, today, after, ackDays, feedbackDays) => {
          const acknowledgedOn = after === null ? null : addDays(receivedOn, after);
          const waived = { acknowledgementWaived: false, feedbackExtendedTo: null };
          const facts = { receivedOn, acknowledgedOn, ...waived };
          const promised = { ackDays, feedbackDays };
          for (const dutyOf of [acknowledgementDuty, feedbackDuty]) {
            const [own, theirs] = [page, desk].map((rule) =>
              namedDay(dutyOf({ ...rule, promised }, facts), today),
            );
            expect(own, row.country).toEqual(theirs);
          }
        },
      );
      fc.assert(property, { numRuns: 60 });
    }
  });

  it('say nothing of dates in law where nobody read the law', async () => {
    const laws = (await json('data/jurisdictions.json')) as Row[];
    const without = laws.filter(({ conf, ackDays }) => conf !== 'L' && ackDays === null);
    expect(without.map(({ country }) => country)).toEqual(['NO']);
  });
});

describe('the words of all pages', () => {
  it('call nobody by what has not been shown, in any language', async () => {
    const words =
      /accus|suspect|offender|culprit|perpetrator|wrongdoer|anklag|misstänk|skyldig till|gärningsm|syytet|syytett|epäil|mistenk|siktede|gjernings/iu;
    const found: string[] = [];
    for (const language of ['en', 'sv', 'fi', 'nb']) {
      const files = await readdir(path.join(views, 'locales', language));
      expect(files).toContain('rights.json');
      for (const file of files) {
        const texts = (await json(`locales/${language}/${file}`)) as Record<string, string>;
        for (const [key, text] of Object.entries(texts)) {
          if (words.test(text)) found.push(`${language} ${key}`);
        }
      }
    }
    // "så snart du misstänker det": that keys are in wrong hands, which is said of nobody
    expect(found).toEqual(['sv desk.incident.lead']);
  });
});

describe('the start page', () => {
  it.each([
    ['en', 'Whoever runs the server'],
    ['sv', 'Den som driver servern'],
    ['fi', 'Palvelimen ylläpitäjä'],
    ['nb', 'Den som driver serveren'],
  ])(
    'in %s says of %s, and of no manager or colleague, that a case can be seen',
    async (language, host) => {
      const texts = (await json(`locales/${language}/reporter.json`)) as Record<string, string>;
      const [nobody, ...others] = (texts['start.who.others'] ?? '').split(/(?<=\.) /u);
      expect(nobody).toContain(':');
      expect(others).toHaveLength(1);
      expect(others[0]?.startsWith(host)).toBe(true);
    },
  );
});

describe('the page on who sees what', () => {
  it.each([
    ['en', 'Administrators', 'Whoever runs the server', 'unless they run the server'],
    ['sv', 'administratörer', 'Den som driver servern', 'om de inte också driver servern'],
    ['fi', 'ylläpitäjät', 'Palvelimen ylläpitäjä', 'ellei ylläpidä myös palvelinta'],
    ['nb', 'Administratorene', 'Den som driver serveren', 'hvis de ikke også driver serveren'],
  ])(
    'in %s says of %s something else than of %s, who can count the cases and see who reads which',
    async (language, administrators, host, unless) => {
      const texts = (await json(`locales/${language}/reporter.json`)) as Record<string, string>;
      const page = await read('pages/reporter/privacy.ejs');
      expect(page).toMatch(/'leftOut', 'administrator', 'host'/);
      expect(texts['privacy.see.administrator.title']).toContain(administrators);
      expect(texts['privacy.see.administrator.cannot']).toContain(unless);
      expect(texts['privacy.see.host.title']?.startsWith(host)).toBe(true);
      expect(texts['privacy.see.host.title']).not.toContain(administrators);
    },
  );
});

describe('the form', () => {
  const options = async (id: string): Promise<string[]> => {
    const page = await read('partials/form-sections.ejs');
    const list = new RegExp(`id="${id}"[^]*?\\[([^\\]]+)\\]`).exec(page)?.[1] ?? '';
    return [...list.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
  };

  it('offers every category and relation of the protocol and no other', async () => {
    expect((await options('category')).sort()).toEqual([...CATEGORIES].sort());
    expect((await options('relation')).sort()).toEqual([...RELATIONS].sort());
  });

  it('has words for every category, relation and outcome', async () => {
    const texts = (await json('locales/en/common.json')) as Record<string, string>;
    for (const [kind, names] of Object.entries({
      category: CATEGORIES,
      relation: RELATIONS,
      outcome: OUTCOMES,
    })) {
      for (const name of names) expect(texts).toHaveProperty([`${kind}.${name}`]);
    }
  });
});

describe('errors', () => {
  /** What only the desk can be answered. */
  const deskOnly = new Set([
    'secrecy_not_accepted',
    'account_locked',
    'ceremony_not_found',
    'account_state',
    'admission_missing',
    'admission_not_found',
    'already_erased',
    'already_set_up',
    'case_closed',
    'case_held',
    'case_open',
    'case_restricted',
    'part_restricted',
    'case_unread',
    'channel_not_ready',
    'erasure_unconfirmed',
    'removal_outdated',
    'removal_unconfirmed',
    'incident_not_found',
    'invitation_not_found',
    'figures_changed',
    'handbook_conflict',
    'last_administrator',
    'last_handler',
    'last_holder',
    'handlers_locked_out',
    'administrator_link_refused',
    'alone_needs_another',
    'alone_too_early',
    'name_taken',
    'not_admitted',
    'one_time_code_needed',
    'one_time_code_state',
    'one_time_code_wrong',
    'overview_missing',
    'scope_not_found',
    'set_up_refused',
    'sign_in_needed',
    'sign_in_refused',
    'too_many_attempts',
    'wrong_audit_head',
    'words_in_use',
    'wrong_statistics',
  ]);
  // the place of receipts has words of its own
  const ofReceipts = new Set(['receipts_off']);

  it('that a reporter can be answered all have words', () => {
    const mute = Object.keys(errorStatus).filter(
      (code) => !deskOnly.has(code) && !ofReceipts.has(code) && ERROR_TEXTS[code] === undefined,
    );
    expect(mute).toEqual([]);
  });

  it('have words in the locale files', async () => {
    const texts = (await json('locales/en/errors.json')) as Record<string, string>;
    for (const key of Object.values(ERROR_TEXTS)) expect(texts).toHaveProperty([key]);
  });
});
