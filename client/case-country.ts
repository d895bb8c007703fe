import type {
  CaseFacts,
  Country,
  OpenedCase,
  ProtocolFault,
  VerifiedDirectory,
} from '../crypto/private.js';

/**
 * The country whose act a case follows: that of its channel in the directory under which it was made,
 * which the case's own first epoch names and the reporter's key signed. What its channel follows later
 * is for later cases.
 *
 * @param versions those that this client knows for certain. Where the one that is named is not among
 * them, the server's word stands.
 * @returns the country, and `wrong_facts` where the server names another.
 */
export function countryOfCase(
  { dialogue }: Pick<OpenedCase, 'dialogue'>,
  facts: Pick<CaseFacts, 'channel' | 'country'>,
  versions: readonly VerifiedDirectory[],
): { country: Country; fault: ProtocolFault | null } {
  const named = dialogue.chain.epochs[0]?.body.directory.hash;
  const signed = versions
    .find(({ hash }) => hash === named)
    ?.directory.channels.find(({ id }) => id === facts.channel)?.country;
  if (signed === undefined) return { country: facts.country, fault: null };
  return { country: signed, fault: signed === facts.country ? null : 'wrong_facts' };
}
