import { createAuditDesk, type AuditDesk } from './desk/audit.js';
import { createCaseDesk, type CaseDesk } from './desk/cases.js';
import { createChannelDesk, type ChannelDesk } from './desk/channel.js';
import { createDirectoryWatch } from './desk/directory-watch.js';
import { createJoiningDesk, type JoiningDesk } from './desk/joining.js';
import { createSecretsDesk, type SecretsDesk } from './desk/own-secrets.js';
import { createPeopleDesk, type PeopleDesk } from './desk/people.js';
import { type AccountDesk, createDeskSession, type DeskConnection } from './desk/session.js';
import { createSetUp, type SetUpDesk } from './desk/set-up.js';

/** Everything that the desk's pages, the tests and the demo can do. */
export type Desk = AccountDesk &
  SecretsDesk &
  SetUpDesk &
  JoiningDesk &
  CaseDesk &
  PeopleDesk &
  ChannelDesk &
  AuditDesk;

/** Connects a desk to an installation; nobody is signed in yet. */
export function createDesk(connection: DeskConnection): Desk {
  const session = createDeskSession(connection);
  const watch = createDirectoryWatch(session);
  return {
    ...session.account,
    ...createSecretsDesk(session),
    ...createSetUp(session),
    ...createJoiningDesk(session),
    ...createCaseDesk(session, watch),
    ...createPeopleDesk(session, watch),
    ...createChannelDesk(session, watch),
    ...createAuditDesk(session),
  };
}
