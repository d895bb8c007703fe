import type { Knex } from 'knex';

/**
 * The first schema. Four rules shape it. What reporters cause carries a day at most, never a time.
 * No table that reporters touch has a key that grows with insertion: on SQLite those tables are
 * WITHOUT ROWID, and the large chunk rows have random integer keys (docs/decisions/0003). What a
 * purge must erase stands behind a filler that keeps it off the pages on which SQLite moves rows
 * about, since moving leaves copies behind (docs/decisions/0004). Ids are base64url text; what is
 * sealed is bytes.
 */
export async function up(knex: Knex): Promise<void> {
  const { config } = knex.client as { config: { client: unknown } };
  const sqlite = config.client === 'sqlite3';
  const create = async (name: string, body: string): Promise<void> => {
    const columns = sqlite ? body : body.replaceAll(' blob', ' bytea');
    await knex.raw(`create table ${name} (${columns})${sqlite ? ' without rowid' : ''}`);
  };
  // The most bytes of a row that SQLite keeps in a tree of keys, and in a tree of rows; the rest goes
  // to overflow pages, which belong to one row alone and are zeroed whole.
  const [pages] = sqlite ? await knex.raw<{ page_size: number }[]>('pragma page_size') : [];
  const pageSize = pages?.page_size ?? 0;
  const mostInKeys = Math.floor(((pageSize - 12) * 64) / 255) - 23;
  const mostInRows = pageSize - 35;
  const filler = (bytes: number): string =>
    sqlite ? `filler blob not null default (zeroblob(${String(bytes)})),` : '';

  await create(
    'installation',
    `id text not null primary key,
     link_hash text,
     link_until text,
     created_day text not null`,
  );

  await create(
    'directories',
    `version integer not null primary key,
     hash text not null unique,
     document text not null,
     administrator text not null,
     signature text not null,
     day text not null`,
  );
  await create(
    'stamps',
    `reader text not null primary key,
     hash text not null,
     day text not null,
     signature text not null`,
  );

  // The newest handbook and to whom its contents are sealed; what it was before is gone.
  await create(
    'handbooks',
    `number integer not null primary key,
     hash text not null,
     document text not null,
     administrator text not null,
     signature text not null,
     box blob not null`,
  );
  await create(
    'handbook_keys',
    `recipient text not null primary key,
     kem blob not null,
     box blob not null`,
  );

  // What handlers said last of being away, sealed at one size, and its key for each who may know.
  await create(
    'absences',
    `reader text not null primary key,
     number integer not null,
     signature text not null,
     box blob not null`,
  );
  await create(
    'absence_keys',
    `reader text not null,
     recipient text not null,
     kem blob not null,
     box blob not null,
     primary key (reader, recipient)`,
  );

  await create(
    'accounts',
    `id text not null primary key,
     name text not null,
     part text not null,
     state text not null,
     proof_hash text not null,
     vault blob not null,
     recovery_proof_hash text not null,
     recovery_vault blob not null,
     one_time_secret blob,
     one_time_state text not null,
     one_time_step integer not null,
     memory blob,
     mail text,
     created_day text not null`,
  );
  // The name of somebody who left can be taken by another.
  await knex.raw(`create unique index accounts_name on accounts (name) where state <> 'removed'`);
  await create(
    'shelves',
    `account text not null primary key references accounts (id),
     number integer not null,
     box blob not null`,
  );
  await create(
    'sessions',
    `token_hash text not null primary key,
     account text not null references accounts (id),
     kind text not null,
     idle_until text not null,
     ends_at text not null`,
  );
  await create(
    'invitations',
    `id text not null primary key,
     token_hash text not null,
     created_by text not null references accounts (id),
     sealed_secret blob not null,
     shown_name text not null,
     channel text not null,
     part text not null,
     replaces text,
     created_day text not null,
     used_by text`,
  );
  await create(
    'admissions',
    `reader text not null primary key,
     record text not null,
     invitation text references invitations (id),
     authenticator text,
     handler text,
     handler_signature text`,
  );
  await create(
    'rosters',
    `channel text not null primary key,
     terms text not null,
     proposed_by text not null,
     handler text,
     handler_signature text`,
  );

  // That a recovery officer's paper is used, as two people sign it; names no case.
  await create(
    'ceremonies',
    `id text not null primary key,
     terms text not null,
     asked_by text not null,
     asked_signature text not null,
     asked_at text not null,
     agreed_by text,
     agreed_signature text,
     agreed_at text,
     used_day text`,
  );

  // Keys that may be in wrong hands, and what was decided about it.
  await create(
    'incidents',
    `id text not null primary key,
     account text not null,
     since_day text,
     cause text not null,
     known_at text not null,
     opened_at text not null,
     opened_by text not null references accounts (id),
     authority text,
     authority_by text,
     authority_at text,
     subjects text,
     subjects_by text,
     subjects_at text`,
  );

  await create(
    'cases',
    `id text not null primary key,
     organisation text not null,
     channel text not null,
     country text not null,
     practice integer not null,
     token_hash text unique,
     creation_hash text not null,
     reporter_kem blob not null,
     reporter_sig blob not null,
     received_day text not null,
     active_day text not null,
     closed_day text,
     processed_day text,
     processed_paused integer not null default 0,
     held integer not null default 0,
     restricted integer not null default 0,
     part_restricted integer not null default 0,
     paused_day text,
     paused_days integer not null default 0,
     removal_by text,
     removal_day text,
     alone_from_day text,
     decision_due_day text,
     escalated integer not null,
     purging integer not null,
     audit_scope text not null unique,
     dialogue_sequence integer not null,
     dialogue_epoch integer not null,
     internal_sequence integer not null,
     internal_epoch integer not null,
     identity_sequence integer not null default 0,
     identity_epoch integer not null default 0,
     reporter_sequence integer not null`,
  );
  await knex.raw('create index cases_closed on cases (closed_day) where closed_day is not null');
  await knex.raw(
    'create index cases_undecided on cases (decision_due_day) where decision_due_day is not null',
  );
  await knex.raw('create index cases_purging on cases (purging) where purging = 1');
  await create(
    'entries',
    `case_id text not null references cases (id),
     compartment text not null,
     sequence integer not null,
     epoch integer not null,
     author text not null,
     form text not null,
     record_hash text not null,
     header text not null,
     body_hash text,
     ${filler(mostInKeys)}
     nonce blob,
     body blob,
     signature blob not null,
     primary key (case_id, compartment, sequence)`,
  );
  await create(
    'grants',
    `case_id text not null references cases (id),
     compartment text not null,
     epoch integer not null,
     recipient text not null,
     ${filler(mostInKeys)}
     kem blob not null,
     box blob not null,
     primary key (case_id, compartment, epoch, recipient)`,
  );
  await create(
    'own_keys',
    `case_id text not null references cases (id),
     reader text not null,
     compartment text not null,
     epoch integer not null,
     ${filler(mostInKeys)}
     box blob not null,
     primary key (case_id, reader, compartment, epoch)`,
  );
  await create(
    'heads',
    `case_id text not null references cases (id),
     reader text not null,
     ${filler(mostInKeys)}
     box blob not null,
     primary key (case_id, reader)`,
  );
  await create(
    'overviews',
    `case_id text not null primary key references cases (id),
     compartment text not null,
     epoch integer not null,
     commitment text not null,
     ${filler(mostInKeys)}
     box blob not null`,
  );
  await create(
    'readings',
    `case_id text not null references cases (id),
     sequence integer not null,
     day text not null,
     primary key (case_id, sequence)`,
  );
  // The last day on which a handler was given the case, so that the log tells it once a day.
  await create(
    'openings',
    `case_id text not null references cases (id),
     reader text not null,
     day text not null,
     primary key (case_id, reader)`,
  );
  // What handlers ask of custodians about a reporter's identity, and what came back, all sealed.
  await create(
    'identity_requests',
    `case_id text not null references cases (id),
     id text not null,
     asked_by text not null,
     asked_day text not null,
     opened_day text,
     answered_day text,
     ${filler(mostInKeys)}
     answer blob,
     primary key (case_id, id)`,
  );
  await create(
    'identity_questions',
    `recipient text not null,
     case_id text not null references cases (id),
     request text not null,
     ${filler(mostInKeys)}
     kem blob not null,
     box blob not null,
     primary key (recipient, case_id, request)`,
  );
  await knex.raw('create index identity_questions_case on identity_questions (case_id)');
  // Who may list and open a case now, in the order of the list; rows follow the newest epochs.
  await create(
    'access',
    `reader text not null,
     state text not null,
     active_day text not null,
     case_id text not null references cases (id),
     last_day text,
     primary key (reader, state, active_day, case_id)`,
  );
  await knex.raw('create unique index access_case on access (case_id, reader)');

  await create(
    'attachments',
    `id text not null primary key,
     case_id text references cases (id),
     compartment text,
     size bigint not null,
     chunks integer not null,
     day text not null`,
  );
  await knex.raw('create index attachments_case on attachments (case_id)');
  // Rows of a megabyte stay out of the key's tree, so this one table has a rowid: a random one. The
  // hash of the sealed chunk stands before it, where it is read without it.
  await knex.raw(
    `create table chunks (
       id ${sqlite ? 'integer primary key' : 'bigint primary key'},
       attachment text not null references attachments (id),
       position integer not null,
       hash ${sqlite ? 'blob' : 'bytea'} not null,
       ${filler(mostInRows)}
       data ${sqlite ? 'blob' : 'bytea'} not null)`,
  );
  await knex.raw('create unique index chunks_place on chunks (attachment, position)');

  await create(
    'statistics',
    `id text not null,
     recipient text not null,
     channel text not null,
     year integer not null,
     kem blob not null,
     box blob not null,
     primary key (recipient, id)`,
  );
  await create(
    'packs',
    `reader text not null,
     number integer not null,
     version integer not null,
     box blob not null,
     primary key (reader, number)`,
  );
  await create(
    'audit',
    `scope text not null,
     sequence integer not null,
     content_hash text not null,
     previous text,
     hash text not null,
     ${filler(mostInKeys)}
     content text,
     salt text,
     primary key (scope, sequence)`,
  );
  // The newest head of each chain that an account signed, one row for each chain and account.
  await create(
    'audit_heads',
    `scope text not null,
     account text not null references accounts (id),
     sequence integer not null,
     hash text not null,
     day text not null,
     signature text not null,
     primary key (scope, account)`,
  );
  await create(
    'jobs',
    `name text not null primary key,
     holder text,
     held_until text,
     done_day text`,
  );
}

/** Migrations only go forward: going back would lose reports. */
export async function down(): Promise<void> {
  return Promise.reject(new Error('this schema cannot be taken back; restore a backup instead'));
}
