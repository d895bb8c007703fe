const INVITING = [
  // English
  /\byour (?:\p{L}+ ){0,2}(?:names?|e-?mails?|telephone|phone|number|address|signature|title|position|identity|team|department|contact)\b|\bwho are you\b|\btell (?:us|me) who you are\b|\bcontact details\b|\breach you\b/iu,
  // Swedish
  /(?<!\p{L})(?:dina?|ditt) (?:\p{L}+ ){0,2}(?:(?:för|efter)?namn|personnummer|\p{L}*telefon\p{L}*|\p{L}*nummer|e-?post\p{L}*|mejl\p{L}*|adress|titel|befattning|identitet|avdelning)(?!\p{L})|vem är du|berätta vem du är|kontaktuppgift|(?:nå|kontakta) dig/iu,
  // Finnish
  /(?<!\p{L})(?:nimesi|kerro,? kuka olet|\p{L}*posti(?:si|osoitteesi)|\p{L}*numerosi|\p{L}*tunnuksesi|osoitteesi|yhteystie\p{L}*|osastosi|tehtävänimikkeesi|henkilöllisyytesi)(?!\p{L})|^kuka olet/iu,
  // Norwegian
  /(?<!\p{L})(?:navnet|nummeret|telefonen|telefonnummeret|e-posten|e-postadressen|adressen|tittelen|stillingen|avdelingen|identiteten) din?(?:tt)?(?!\p{L})|(?<!\p{L})(?:din|ditt) (?:fulle )?(?:navn|telefon|\p{L}*nummer|e-post|adresse|stilling|avdeling)|hvem er du|fortell (?:oss )?hvem du er|fødselsnummer|kontaktopplysning|(?:nå|kontakte) deg/iu,
  // a field that says nothing but what it takes
  /^\s*(?:full |first |last )?(?:name|namn|navn|nimi|e-?mail|e-?post|phone|telefon|puhelin)\s*[:?]?\s*$/iu,
];

/**
 * Whether a question seems to ask reporters who they are. It guesses by words of the reporters'
 * languages: another wording passes, so people still look at what they sign.
 */
export function invitesIdentity(text: string): boolean {
  return INVITING.some((pattern) => pattern.test(text));
}

/**
 * Whether a question with its help, what it offers and what stands above it seems to ask reporters who
 * they are: each text by itself, since a mere "Name" does so whatever follows it.
 */
export function anyInvites(texts: readonly string[]): boolean {
  return texts.some(invitesIdentity);
}
