import type { Knex } from 'knex';

/** Somebody who wants the daily mail. */
export interface Recipient {
  readonly id: string;
  readonly mail: string;
}

/** Everybody active with a mail address, whatever part they have. Nothing is asked about cases. */
export async function mailRecipients(db: Knex): Promise<Recipient[]> {
  return db('accounts')
    .where({ state: 'active' })
    .whereNotNull('mail')
    .orderBy('id')
    .select<Recipient[]>('id', 'mail');
}
