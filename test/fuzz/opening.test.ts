import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDraft, sealDraft } from '../../client/draft.js';
import {
  accountKeys,
  bytesSchema,
  DialogueEntry,
  EntryContent,
  checkSuccession,
  concat,
  Entry,
  fromBase64,
  fromJsonBytes,
  Grant,
  AccountRealm,
  Member,
  newId,
  newOverview,
  openBox,
  openCase,
  openGrant,
  openHead,
  openIdentityAnswer,
  openIdentityQuestion,
  openOverview,
  openStatistics,
  openVault,
  ProtocolError,
  ReaderId,
  ready,
  reporterKeys,
  sealBox,
  sealHead,
  sealIdentityAnswer,
  sealIdentityQuestion,
  sealOverview,
  sealStatistics,
  sign,
  SignedDirectory,
  stampHolds,
  toBase64,
  toJsonBytes,
  verifyDirectory,
  type Directory,
  type OpenedCase,
} from '../../crypto/private.js';
import { resignedBy } from '../support/case.js';
import {
  changedBytes,
  changedDocument,
  changes,
  faultOf,
  fuzz,
  FUZZ_TIMEOUT,
  kept,
} from '../support/fuzz.js';
import { makeOrganisation, type TestOrganisation } from '../support/organisation.js';
import { statisticsWith } from '../support/figures.js';

/** A case as it is kept in the corpus. */
const KeptCase = v.strictObject({
  words: v.array(v.string()),
  reader: v.strictObject({ id: ReaderId, publicKey: v.string(), secretKey: v.string() }),
  reporter: v.strictObject({ kem: Member.entries.kem, sig: bytesSchema(32) }),
  directory: SignedDirectory,
  entries: v.array(Entry),
  grants: v.array(Grant),
});
const Answer = v.strictObject({
  entries: KeptCase.entries.entries,
  grants: KeptCase.entries.grants,
});

/** What is frozen of an organisation with a roster by two, and of its case. */
const Frozen = v.object({
  office: v.object({
    administrators: v.array(v.string()),
    handlers: v.array(v.string()),
    versions: v.array(SignedDirectory),
  }),
  work: v.object({ words: v.array(v.string()), entries: v.array(Entry), grants: v.array(Grant) }),
});
function frozen(): v.InferOutput<typeof Frozen> {
  const file = new URL('../vectors/casekey/protocol-1.json', import.meta.url);
  return v.parse(Frozen, JSON.parse(readFileSync(file, 'utf8')));
}

/** The newest directory of the frozen organisation, and what its administrator signs instead. */
function frozenOffice(): {
  signed: SignedDirectory;
  sign: (directory: unknown) => SignedDirectory;
} {
  const { administrators, versions } = frozen().office;
  const signed = versions.at(-1);
  if (signed === undefined) throw new Error('there are versions');
  const { secretKey } = accountKeys(fromBase64(administrators[1] ?? '')).sig;
  return {
    signed,
    sign(directory) {
      const document = toJsonBytes(directory);
      const signature = toBase64(sign(secretKey, 'directory', document));
      return { ...signed, document: toBase64(document), signature };
    },
  };
}

/** The frozen case of several people, with recusal, erased entries, a removal and an identity. */
function severalPeople(): { name: string; bytes: Uint8Array } {
  const { office, work } = frozen();
  const { signed: directory } = frozenOffice();
  const { kem } = accountKeys(fromBase64(office.handlers[0] ?? ''));
  const made = {
    words: work.words,
    reader: {
      id: verifyDirectory(directory).directory.readers[0]?.record.id,
      publicKey: toBase64(kem.publicKey),
      secretKey: toBase64(kem.secretKey),
    },
    reporter: reporterKeys(work.words).publicKeys,
    directory,
    entries: work.entries,
    grants: work.grants,
  };
  return { name: 'of several people', bytes: toJsonBytes(made) };
}

await ready();
let organisation: TestOrganisation;

beforeAll(async () => {
  organisation = await makeOrganisation();
});

describe('a case that somebody changed on its way', { timeout: FUZZ_TIMEOUT }, () => {
  it.each([...kept('cases'), severalPeople()].map(({ name, bytes }) => ({ name, bytes })))(
    'is refused by its schema, or opened with what is wrong with it named: $name',
    async ({ name, bytes }) => {
      const made = fromJsonBytes(KeptCase, bytes);
      const keys = reporterKeys(made.words);
      const { directory, hash } = verifyDirectory(made.directory);
      const reader = {
        publicKey: fromBase64(made.reader.publicKey),
        secretKey: fromBase64(made.reader.secretKey),
      };
      let asked = 0;
      const open = (
        { entries, grants }: v.InferOutput<typeof Answer>,
        who: 'reporter' | ReaderId,
      ): OpenedCase =>
        openCase({
          id: keys.caseId,
          reporter: made.reporter,
          entries,
          directory,
          directories: new Map([[directory.version, hash]]),
          contents: who === 'reporter' ? DialogueEntry : EntryContent,
          withInternal: who !== 'reporter',
          withIdentity: who === 'reporter',
          keyFor(place, commitment) {
            asked += 1;
            const grant = grants.findLast(
              ({ compartment, epoch, recipient }) =>
                compartment === place.compartment && epoch === place.epoch && recipient === who,
            );
            if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
            return openGrant(grant, place, commitment, who === 'reporter' ? keys.kem : reader);
          },
        });
      const honest = { entries: made.entries, grants: made.grants };
      for (const who of ['reporter', made.reader.id] as const) {
        expect(open(honest, who)).toMatchObject({ faults: [], mendable: [], notices: [] });
      }
      // whoever still has what was erased can hide the erasure, but only with all that came after it
      const until = new Map(
        [...made.entries.keys()].map((last) => {
          const entries = made.entries.slice(0, last + 1);
          const { dialogue } = open({ ...honest, entries }, made.reader.id);
          const said = dialogue.entries.map(({ hash, content }) => [hash, content] as const);
          return [dialogue.chain.records.at(-1)?.hash, new Map(said)];
        }),
      );
      const input = fc.record({ list: changes(), signed: fc.boolean() });
      await fuzz(input, name === 'closed.json' ? 220 : 60, ({ list, signed }) => {
        const result = v.safeParse(Answer, changedDocument(honest, list));
        if (!result.success) return;
        const { entries, grants } = result.output;
        const changed = {
          entries: signed
            ? entries.map((entry) =>
                entry.header.author === 'reporter'
                  ? resignedBy(keys.sig.secretKey, entry, {})
                  : entry,
              )
            : entries,
          grants,
        };
        asked = 0;
        for (const who of ['reporter', made.reader.id] as const) {
          const opened = open(changed, who);
          const last = opened.dialogue.chain.records.findLast((record) => until.has(record.hash));
          const said = until.get(last?.hash);
          for (const { hash: record, content } of opened.dialogue.entries) {
            // under the hash of an honest record stands what it said then, or that it cannot be read
            if (content.kind !== 'unreadable' && said?.has(record) === true) {
              expect(content).toEqual(said.get(record));
            }
          }
        }
        expect(asked).toBeLessThanOrEqual(2 * entries.length);
      });
    },
  );
});

describe('a directory that its own administrator signed', { timeout: FUZZ_TIMEOUT }, () => {
  it('holds, or is malformed or wrong, whatever stands in it', async () => {
    const current = verifyDirectory(organisation.signed);
    await fuzz(changes(), 400, async (list) => {
      const document = changedDocument(organisation.directory, list);
      // what makes the next version cannot make one of this
      if (!v.is(v.looseObject({ channels: v.array(v.any()) }), document)) return;
      const changed = organisation.next(() => document as unknown as Directory);
      const fault = await faultOf(() => {
        const next = verifyDirectory(changed.signed);
        stampHolds(next, changed.stamp);
        checkSuccession(current, next);
        expect(next.directory).toEqual(fromJsonBytes(v.any(), fromBase64(changed.signed.document)));
      });
      expect([null, 'malformed', 'wrong_directory']).toContain(fault);
    });
  });

  it('with a roster by two, questions and a rule of keeping, holds or is malformed or wrong', async () => {
    const { signed, sign: signAs } = frozenOffice();
    const current = verifyDirectory(signed);
    await fuzz(changes(), 150, async (list) => {
      const fault = await faultOf(() => {
        verifyDirectory(signAs(changedDocument(current.directory, list) ?? null));
      });
      expect([null, 'malformed', 'wrong_directory']).toContain(fault);
    });
  });

  it('is refused where its bytes, or the signature, are others than were signed', async () => {
    await fuzz(fc.tuple(changes(2), changes(2)), 400, async ([inside, outside]) => {
      const document = changedBytes(fromBase64(organisation.signed.document), inside);
      const signature = changedBytes(fromBase64(organisation.signed.signature), outside);
      const signed = {
        ...organisation.signed,
        document: toBase64(document),
        signature: toBase64(signature),
      };
      const same =
        signed.document === organisation.signed.document &&
        signed.signature === organisation.signed.signature;
      const wire = v.safeParse(SignedDirectory, signed);
      if (!wire.success) return;
      const fault = await faultOf(() => verifyDirectory(wire.output));
      expect(same ? [null] : ['malformed', 'wrong_directory']).toContain(fault);
    });
  });
});

describe('sealed bytes', { timeout: FUZZ_TIMEOUT }, () => {
  const key = new Uint8Array(32).fill(7);

  it('of every kind open as they were, or end with a fault', async () => {
    const made = fromJsonBytes(KeptCase, kept('cases')[0]?.bytes ?? new Uint8Array());
    const place = {
      case: reporterKeys(made.words).caseId,
      compartment: 'dialogue',
      epoch: 1,
    } as const;
    const epoch = { ...place, key, commitment: toBase64(key) };
    const realm = newId(AccountRealm);
    const { hash } = organisation;
    const [reader] = organisation.readers;
    if (reader === undefined) throw new Error('no reader');
    const overview = newOverview({ title: 'x', category: 'fraud' });
    const head = { dialogue: { sequence: 3, hash: hash as never }, internal: null, readThrough: 2 };
    const figures = statisticsWith();
    const [sealed] = sealStatistics(figures, organisation.channel.id, 2026, [reader.record]);
    if (sealed === undefined) throw new Error('no record');
    const draft = { id: 'AAAA', key };
    const identity = { case: place.case, request: 'AAAAAAAAAAAAAAAAAAAAAA' };
    const said = { v: 1, at: '2026-03-02T10:00:00.000Z', by: reader.record.id } as const;
    const answer = { ...said, state: 'refused', reason: 'Not needed.' } as const;
    const asked = { ...said, fields: ['name' as const], reason: 'Why', key: toBase64(key) };
    const question = sealIdentityQuestion(identity, reader.record, asked, reader.sig.secretKey);
    const kinds: { box: string; value: unknown; open: (box: string) => unknown }[] = [
      {
        box: sealOverview(epoch, overview).box,
        value: overview,
        open: (box) => openOverview(epoch, { compartment: 'dialogue', epoch: 1, box }),
      },
      {
        box: sealHead(key, place.case, 'x', head),
        value: head,
        open: (box) => openHead(key, place.case, 'x', box),
      },
      {
        box: sealed.box,
        value: figures,
        open: (box) => openStatistics(reader.kem, { ...sealed, box }),
      },
      {
        box: toBase64(sealBox(key, 'vault', [realm, 'x'], key)),
        value: key,
        open: (box) => openVault(key, realm, 'x', box),
      },
      {
        box: sealIdentityAnswer(identity, toBase64(key), answer, reader.sig.secretKey),
        value: answer,
        open: (box) => openIdentityAnswer(identity, toBase64(key), box, () => reader.record.sig),
      },
      {
        box: question.box,
        value: asked,
        open: (box) =>
          openIdentityQuestion(identity, reader.kem, { ...question, box }, () => reader.record.sig),
      },
      { box: sealDraft(draft, { a: 1 }), value: { a: 1 }, open: (box) => openDraft(draft, box) },
    ];
    const kind = fc.nat(kinds.length - 1);
    await fuzz(fc.record({ kind, list: changes() }), 1500, async ({ kind: index, list }) => {
      const chosen = kinds[index];
      if (chosen === undefined) return;
      const box = toBase64(changedBytes(fromBase64(chosen.box), list));
      const fault = await faultOf(() => {
        expect([box, chosen.open(box)]).toEqual([chosen.box, chosen.value]);
      });
      if (box === chosen.box) expect(fault).toBeNull();
    });
  });

  it('whose maker sealed anything at all end with a fault or a document', async () => {
    const place = { compartment: 'dialogue', epoch: 1 } as const;
    const epoch = { ...place, case: organisation.hash as never, key, commitment: '' };
    const draft = { id: 'AAAA', key };
    const inside = fc.record({
      from: fc.constantFrom(...kept('overviews'), ...kept('attacks')),
      list: changes(),
      size: fc.nat(600),
    });
    await fuzz(
      inside,
      800,
      async ({ from, list, size }) => {
        const text = changedBytes(from.bytes, list);
        const padded = concat(text, new Uint8Array(Math.max(0, size - text.length)));
        const own = toBase64(sealBox(key, 'head', [epoch.case, 'x'], padded));
        expect([null, 'malformed']).toContain(
          await faultOf(() => openHead(key, epoch.case, 'x', own)),
        );
        const kept = toBase64(sealBox(key, 'draft', ['AAAA'], padded));
        expect([null, 'malformed']).toContain(await faultOf(() => openDraft(draft, kept)));
        const opened = openBox(key, 'a', [], sealBox(key, 'a', [], padded));
        expect(Buffer.compare(opened, padded)).toBe(0);
      },
      ({ from, list }) => `${from.name} ${JSON.stringify(list)}`,
    );
  });
});
