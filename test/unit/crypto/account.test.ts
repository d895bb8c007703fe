import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  accountKeys,
  accountRealm,
  makeCredentials,
  newAccountKeys,
  newPaperSecrets,
  normaliseName,
  normalisePassphrase,
  openVault,
  passphraseSecrets,
  recoverySecrets,
} from '../../../crypto/account.js';
import { fromBase64, toBase64 } from '../../../crypto/bytes.js';
import { AccountId, AccountRealm, InstallationId, newId } from '../../../crypto/ids.js';
import { passphraseReady } from '../../../crypto/passphrase.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import { tokenHash } from '../../../crypto/tokens.js';
import { eachBitFlipped, faultOf } from './faults.js';

beforeAll(async () => {
  await Promise.all([ready(), passphraseReady()]);
});

describe('names and passphrases', () => {
  it('mean the same however they are typed', () => {
    const spellings = ['Åsa  Öst', ' åsa öst ', 'A\u030asa O\u0308st', 'ÅSA\u00a0ÖST', 'åsa\töst'];
    expect(new Set(spellings.map(normaliseName)).size).toBe(1);
    const phrases = [
      'abandon ability able',
      ' Abandon  ability\nABLE ',
      'abandon-ability-able.',
      'abandon, ability, able,',
      '- abandon; ability; able',
    ];
    expect(new Set(phrases.map(normalisePassphrase))).toEqual(new Set(['abandon ability able']));
  });

  it('stay as they are once normalised', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(normaliseName(normaliseName(text))).toBe(normaliseName(text));
        expect(normalisePassphrase(normalisePassphrase(text))).toBe(normalisePassphrase(text));
      }),
    );
  });
});

describe('an account', () => {
  const realm = newId(AccountRealm);
  const account = newId(AccountId);

  it('has keys of its seed, each its own', () => {
    const keys = newAccountKeys();
    expect(accountKeys(keys.seed)).toEqual(keys);
    const secrets = [keys.seed, keys.own, keys.kem.secretKey, keys.sig.secretKey.slice(0, 32)];
    expect(new Set(secrets.map(toBase64)).size).toBe(4);
  });

  it('opens its vault with passphrase and with recovery kit, and with nothing else', () => {
    const seed = randomBytes(32);
    const paper = newPaperSecrets();
    const made = makeCredentials(realm, account, 'Åsa Öst', seed, paper, 'least');
    const typed = ` ${paper.passphrase.join('  ').toUpperCase()}. `;
    const { vaultKey, proof } = passphraseSecrets(realm, ' åsa ÖST', typed, 'least');
    expect(openVault(vaultKey, realm, account, made.vault)).toEqual(seed);
    expect(tokenHash('login proof', proof)).toBe(made.proofHash);
    const recovery = recoverySecrets(realm, paper.recoveryWords);
    expect(openVault(recovery.vaultKey, realm, account, made.recoveryVault)).toEqual(seed);
    expect(tokenHash('recovery proof', recovery.proof)).toBe(made.recoveryProofHash);

    expect(faultOf(() => openVault(vaultKey, realm, account, made.recoveryVault))).toBe(
      'wrong_commitment',
    );
    expect(faultOf(() => openVault(vaultKey, realm, newId(AccountId), made.vault))).toBe(
      'does_not_open',
    );
    expect(faultOf(() => openVault(vaultKey, newId(AccountRealm), account, made.vault))).toBe(
      'does_not_open',
    );
    for (const flipped of eachBitFlipped(fromBase64(made.vault))) {
      faultOf(() => openVault(vaultKey, realm, account, toBase64(flipped)));
    }
  });

  it('has a kit that is another one in each realm, and shows its use to nobody', () => {
    const { recoveryWords } = newPaperSecrets();
    const there = newId(AccountRealm);
    const values = [realm, there].flatMap((where) => {
      const { proof, vaultKey } = recoverySecrets(where, recoveryWords);
      return [proof, tokenHash('recovery proof', proof), toBase64(vaultKey)];
    });
    expect(new Set(values).size).toBe(6);
    // within one, a kit that two share is found
    expect(recoverySecrets(realm, [...recoveryWords])).toEqual(
      recoverySecrets(realm, recoveryWords),
    );
  });

  it('has other secrets under another name, realm or level', () => {
    const proofs = [
      passphraseSecrets(realm, 'a', 'one two', 'least'),
      passphraseSecrets(realm, 'b', 'one two', 'least'),
      passphraseSecrets(newId(AccountRealm), 'a', 'one two', 'least'),
      passphraseSecrets(realm, 'a', 'one three', 'least'),
      passphraseSecrets(realm, 'a', 'one two', 'full'),
    ].map(({ proof, vaultKey }) => `${proof} ${toBase64(vaultKey)}`);
    expect(new Set(proofs).size).toBe(5);
    expect(new Set(proofs.flatMap((pair) => pair.split(' '))).size).toBe(10);
  });
});

describe('a realm', () => {
  it('is another one under another root, or of another installation', () => {
    const [installation, there] = [newId(InstallationId), newId(InstallationId)];
    const [root, other] = [toBase64(randomBytes(32)), toBase64(randomBytes(32))];
    const realms = [
      accountRealm(installation, root),
      accountRealm(installation, other),
      accountRealm(there, root),
      accountRealm(there, other),
    ];
    expect(new Set([...realms, installation, there]).size).toBe(6);
    expect(accountRealm(installation, root)).toBe(realms[0]);
    expect(realms.every((realm) => v.is(AccountRealm, realm))).toBe(true);
  });
});
