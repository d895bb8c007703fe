import type { Day } from '../../crypto/public.js';

/** What a mail is made from: nothing of cases, people or moments. */
export interface MailFacts {
  readonly day: Day;
  /** The moment for which the day's mail is planned, whenever it is really sent. */
  readonly plannedAt: Date;
  readonly from: string;
  readonly to: string;
  /** The installation's address, without a slash at its end. */
  readonly publicAddress: string;
}

/** A mail as nodemailer takes it, with every header that it would otherwise make up. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly textEncoding: 'quoted-printable';
}

/**
 * The mail of a day. Its bytes depend on the day, sender, recipient and the installation's address
 * alone: whoever reads mail on its way or in the box learns nothing of what happens at the desk.
 */
export function composeMail({ day, plannedAt, from, to, publicAddress }: MailFacts): Mail {
  return {
    from,
    to,
    subject: 'Look in at the desk / Titta in på handläggarsidan',
    text: textOf(publicAddress),
    date: plannedAt,
    messageId: `<${day}@${new URL(publicAddress).hostname}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    textEncoding: 'quoted-printable',
  };
}

function textOf(publicAddress: string): string {
  return `This mail comes every working day, and it always says the same, whether or not
something is new. Sign in to see if anything needs you today:

${publicAddress}/desk/en/

Det här meddelandet kommer varje arbetsdag och säger alltid samma sak, oavsett
om något nytt har hänt. Logga in och se om det finns något för dig att göra i dag:

${publicAddress}/desk/sv/
`;
}
