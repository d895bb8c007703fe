import * as v from 'valibot';
import {
  accountKeys,
  admissionFields,
  channelReaders,
  checkSuccession,
  delegationFields,
  fromBase64,
  fromJsonBytes,
  fromUtf8,
  hash,
  Questionnaire,
  questionnaireHash,
  removalDay,
  Retention,
  reviewDay,
  rosterFields,
  ruleOfChannel,
  sign,
  signedBytes,
  signingKeys,
  toBase64,
  toJsonBytes,
  utf8,
  verifyDirectory,
  type Directory,
  type RetentionFacts,
  type SignedDirectory,
  type SigningKeys,
  type VerifiedDirectory,
} from '../../../crypto/private.js';
import { flipped, holds, refused, same, type Check } from './checks.js';
import type { Vectors } from './form.js';

/** Everything that a directory's signatures are over, but for its own. */
function everySigned({ installation, administrators, readers, channels }: Directory): string[] {
  const delegated = administrators.map((each) =>
    signedBytes('delegation', delegationFields(installation, each)),
  );
  const admitted = readers.map(({ record }) =>
    signedBytes('admission', admissionFields(installation, record)),
  );
  const agreed = channels.flatMap(({ roster }) =>
    roster === undefined ? [] : signedBytes('roster', rosterFields(installation, roster.terms)),
  );
  return [...delegated, ...admitted, ...agreed].map(toBase64);
}

function channelOf(directory: Directory): Directory['channels'][number] {
  const [channel] = directory.channels;
  if (channel === undefined) throw new Error('there is a channel');
  return channel;
}

/** Directories that their own administrator signed, and that hold for nobody. */
function runRefusals(
  three: VerifiedDirectory,
  signAs: (directory: unknown) => SignedDirectory,
  people: { administrator: SigningKeys; handler: SigningKeys },
): void {
  const { directory } = three;
  const channel = channelOf(directory);
  const { roster, questionnaire, retention } = channel;
  if (!roster || !questionnaire || !retention) throw new Error('the channel has all three');
  const [first, second] = directory.administrators;
  if (first === undefined || second === undefined) throw new Error('two administrators');
  const withChannel = (change: object): unknown => ({
    ...directory,
    channels: [{ ...channel, ...change }],
  });
  const withRoster = (change: object): unknown =>
    withChannel({ roster: { ...roster, ...change } });
  const promise = { from: '2026-03-03', ackDays: 6, feedbackDays: 88, reason: 'We can.' };
  const { delegation } = second;
  if (delegation.by !== 'two') throw new Error('by two');
  const agreedOn = (terms: typeof roster.terms): object => {
    const fields = rosterFields(directory.installation, terms);
    return {
      terms,
      administratorSignature: toBase64(sign(people.administrator.secretKey, 'roster', ...fields)),
      handlerSignature: toBase64(sign(people.handler.secretKey, 'roster', ...fields)),
    };
  };
  const { terms, administratorSignature, handlerSignature } = roster;
  const wrong: Record<string, unknown> = {
    'a roster with a flipped bit': withRoster({ handlerSignature: flipped(handlerSignature) }),
    'a roster by one hand': withRoster({ handlerSignature: administratorSignature }),
    'other terms than were signed': withRoster({ terms: { ...terms, removed: [] } }),
    'a roster from a later version': withRoster(agreedOn({ ...terms, since: 3 })),
    'somebody in a roster twice': withRoster(agreedOn({ ...terms, added: terms.removed })),
    'an administrator whom one let in': {
      ...directory,
      administrators: [
        first,
        { ...second, delegation: { by: 'root', signature: delegation.handlerSignature } },
      ],
    },
    'an administrator under other keys': {
      ...directory,
      administrators: [first, { ...second, serial: 3 }],
    },
  };
  for (const [what, document] of Object.entries(wrong)) {
    refused(what, 'wrong_directory', () => verifyDirectory(signAs(document)));
  }
  const [one, two] = questionnaire.sections;
  if (one === undefined || two === undefined) throw new Error('two sections');
  const malformed: Record<string, unknown> = {
    'a condition on what is asked later': withChannel({
      questionnaire: { sections: [two, one] },
    }),
    'a field that has to be answered': withChannel({
      questionnaire: {
        sections: [{ ...one, fields: one.fields.map((field) => ({ ...field, needed: true })) }],
      },
    }),
    'a conflict that nobody decided': withChannel({ retention: { ...retention, wins: null } }),
    'a promise slower than the law': withChannel({ deadlines: [{ ...promise, ackDays: 7 }] }),
    'a promise of three months': withChannel({ deadlines: [{ ...promise, feedbackDays: 89 }] }),
    'a promise without a reason': withChannel({ deadlines: [{ ...promise, reason: '' }] }),
    'two promises from one day on': withChannel({ deadlines: [promise, promise] }),
    'a country without a reason that is one': withChannel({ countryReason: '' }),
    'a time without end': withChannel({
      retention: { ...retention, clauses: [{ ...retention.clauses[0], months: 0 }] },
    }),
  };
  verifyDirectory(signAs(withChannel({ deadlines: [promise], countryReason: 'We moved.' })));
  for (const [what, document] of Object.entries(malformed)) {
    refused(what, 'malformed', () => verifyDirectory(signAs(document)));
  }
  const next = { ...directory, version: 4, previous: three.hash };
  const later = (change: object): VerifiedDirectory =>
    verifyDirectory(signAs({ ...next, channels: [{ ...channel, ...change }] }));
  checkSuccession(three, later({}));
  const older = { roster: { ...roster, ...agreedOn({ ...terms, since: 1, removed: [] }) } };
  refused('a roster that comes again', 'wrong_directory', () => {
    checkSuccession(three, later(older));
  });
}

/** What an organisation's people agreed on: runs every vector of it. */
export function runOffice({ office }: Vectors, check: Check): void {
  let verified: VerifiedDirectory[] = [];
  const three = (): VerifiedDirectory => {
    const newest = verified.at(-1);
    if (newest === undefined) throw new Error('three versions');
    return newest;
  };
  check('directory with a second administrator and a roster', () => {
    verified = office.versions.map(verifyDirectory);
    same(
      'hashes',
      verified.map((each) => each.hash),
      office.hashes,
    );
    for (const [index, next] of verified.slice(1).entries()) {
      const before = verified[index];
      if (before !== undefined) checkSuccession(before, next);
    }
    same(
      'documents',
      verified.map(({ directory }) => toBase64(toJsonBytes(directory))),
      office.versions.map(({ document }) => document),
    );
    same(
      'readers',
      verified.map(({ directory }) =>
        channelReaders(directory, channelOf(directory).id).map(({ record }) => record.id),
      ),
      office.readers,
    );
  });
  check('delegations, admissions and roster, byte by byte', () => {
    const { directory } = three();
    const made = everySigned(directory);
    const frozen = [...new Set(office.signed.map(({ bytes }) => bytes))];
    same('signed', frozen.sort(), made.sort());
    const written = fromUtf8(toJsonBytes(directory));
    for (const { what, publicKey, bytes, signature } of office.signed) {
      same(what, holds(fromBase64(publicKey), bytes, signature), true);
      same(`${what}, flipped`, holds(fromBase64(publicKey), flipped(bytes), signature), false);
      same(`${what} in the directory`, written.includes(signature), true);
    }
  });
  check('questionnaire', () => {
    const bytes = utf8(office.questionnaire.document);
    const questionnaire = fromJsonBytes(Questionnaire, bytes);
    same('document', fromUtf8(toJsonBytes(questionnaire)), office.questionnaire.document);
    same('in the directory', channelOf(three().directory).questionnaire, questionnaire);
    same('hash', questionnaireHash(questionnaire), office.questionnaire.hash);
    same('hash of the bytes', toBase64(hash('questionnaire', bytes)), office.questionnaire.hash);
  });
  check('rule of keeping, and the days it gives', () => {
    const retention = fromJsonBytes(Retention, utf8(office.retention.document));
    same('document', fromUtf8(toJsonBytes(retention)), office.retention.document);
    same('in the directory', channelOf(three().directory).retention, retention);
    const rule = ruleOfChannel({ retention, retentionMonths: 24 });
    const Days = v.array(v.looseObject({ facts: v.unknown() }));
    for (const day of v.parse(Days, office.retention.days)) {
      const facts = day.facts as RetentionFacts;
      same(
        'days',
        { facts, removal: removalDay(rule, facts), review: reviewDay(rule, facts) },
        day,
      );
    }
  });
  check('directories that were changed hold for nobody', () => {
    const [, signer] = office.administrators;
    const administrator = accountKeys(fromBase64(signer)).sig;
    const handler = accountKeys(fromBase64(office.handlers[1])).sig;
    const newest = three();
    const by = newest.directory.administrators[1]?.id;
    if (by === undefined) throw new Error('two administrators');
    const signAs = (directory: unknown): SignedDirectory => {
      const document = toJsonBytes(directory);
      const signature = toBase64(sign(administrator.secretKey, 'directory', document));
      return { document: toBase64(document), administrator: by, signature };
    };
    same('signed alike', signAs(newest.directory), office.versions.at(-1));
    runRefusals(newest, signAs, { administrator, handler });
    const root = signingKeys(fromBase64(office.root));
    same('root', toBase64(root.publicKey), newest.directory.organisations[0]?.root);
  });
}
