import type { Knex } from 'knex';

/** A handler who wants the daily mail. */
export interface Recipient {
  readonly id: string;
  readonly mail: string;
}

/** Active handlers with a mail address. Nothing is asked about cases. */
export async function mailRecipients(db: Knex): Promise<Recipient[]> {
  return db('accounts')
    .where({ part: 'handler', state: 'active' })
    .whereNotNull('mail')
    .orderBy('id')
    .select<Recipient[]>('id', 'mail');
}
