import type { Knex } from 'knex';
import * as first from './0001-first.js';

/** A step of the schema, under the name that the database remembers it by. */
export interface NamedMigration {
  readonly name: string;
  readonly up: (knex: Knex) => Promise<void>;
}

/** All steps, oldest first. One that was released is never changed. */
export const migrations: readonly NamedMigration[] = [{ name: '0001-first', up: first.up }];
