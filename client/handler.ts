import { createAbsenceDesk, type AbsenceDesk } from './desk/absences.js';
import { createAppointingDesk, type AppointingDesk } from './desk/appointing.js';
import { createAuditDesk, type AuditDesk } from './desk/audit.js';
import { createBulkDesk, type BulkDesk } from './desk/bulk.js';
import { createCeremonyDesk, type CeremonyDesk } from './desk/ceremony.js';
import { createCaseDesk, type CaseDesk } from './desk/cases.js';
import { createCaseWalk } from './desk/case-walk.js';
import { createChannelDesk, type ChannelDesk } from './desk/channel.js';
import { createCustodyDesk, type CustodyDesk } from './desk/custody.js';
import { createDataRequests, type DataRequestsDesk } from './desk/data-requests.js';
import { createDirectoryWatch } from './desk/directory-watch.js';
import { createExportDesk, type ExportDesk } from './desk/exporting.js';
import { createExposedDesk, type ExposedDesk } from './desk/exposed.js';
import { createGuestDesk, type GuestDesk } from './desk/guest-cases.js';
import { createHandoverDesk, type HandoverDesk } from './desk/handover.js';
import { createHandbookDesk, type HandbookDesk } from './desk/handbook.js';
import { createFiguresDesk, type FiguresDesk } from './desk/figures.js';
import { createIncidentDesk, type IncidentDesk } from './desk/incidents.js';
import { createJoiningDesk, type JoiningDesk } from './desk/joining.js';
import { createSecretsDesk, type SecretsDesk } from './desk/own-secrets.js';
import { createRecordingDesk, type RecordingDesk } from './desk/recording.js';
import { createListings } from './desk/listings.js';
import { createLogWatch } from './desk/log-watch.js';
import { createDeskMemory } from './desk/memory.js';
import { createPaperDesk, type PaperDesk } from './desk/paper.js';
import { createPeopleDesk, type PeopleDesk } from './desk/people.js';
import { createRenewalDesk, type RenewalDesk } from './desk/renewing.js';
import { createReviewDesk, type ReviewDesk } from './desk/reviewing.js';
import { type AccountDesk, createDeskSession, type DeskConnection } from './desk/session.js';
import { createRosterDesk, type RosterDesk } from './desk/rosters.js';
import { createSetUp, type SetUpDesk } from './desk/set-up.js';
import { createShelf, type ShelfDesk } from './desk/shelf.js';
import { createWorkplace } from './desk/workplace.js';

/** Everything that the desk's pages, the tests and the demo can do. */
export type Desk = AccountDesk &
  SecretsDesk &
  SetUpDesk &
  JoiningDesk &
  AppointingDesk &
  CaseDesk &
  BulkDesk &
  CustodyDesk &
  GuestDesk &
  PeopleDesk &
  ChannelDesk &
  RosterDesk &
  HandbookDesk &
  AbsenceDesk &
  IncidentDesk &
  RenewalDesk &
  HandoverDesk &
  CeremonyDesk &
  PaperDesk &
  ExportDesk &
  ExposedDesk &
  DataRequestsDesk &
  FiguresDesk &
  RecordingDesk &
  AuditDesk &
  ReviewDesk &
  ShelfDesk;

/** Connects a desk to an installation; nobody is signed in yet. */
export function createDesk(connection: DeskConnection): Desk {
  const session = createDeskSession(connection);
  const memory = createDeskMemory(session);
  const watch = createDirectoryWatch(session, memory);
  const log = createLogWatch(session, watch, memory);
  const workplace = createWorkplace(session, watch, log);
  const listings = createListings(session);
  const walk = createCaseWalk(listings, workplace);
  const { shareHandbook, ...handbook } = createHandbookDesk(session, watch, memory);
  const people = createPeopleDesk(session, watch);
  return {
    ...session.account,
    ...createSecretsDesk(session),
    ...createSetUp(session),
    ...createJoiningDesk(session),
    ...createAppointingDesk(session),
    ...createCaseDesk(session, watch, workplace, listings),
    ...createBulkDesk(session, workplace),
    ...createCustodyDesk(session, watch),
    ...createGuestDesk(session, watch, workplace),
    ...people,
    async admit(shown) {
      await people.admit(shown);
      await shareHandbook();
    },
    ...createChannelDesk(session, watch),
    ...createRosterDesk(session, watch),
    ...handbook,
    ...createAbsenceDesk(session, watch, workplace, walk),
    ...createIncidentDesk(session, watch),
    ...createRenewalDesk(session, watch, workplace, walk),
    ...createHandoverDesk(session, workplace, walk),
    ...createCeremonyDesk(session, watch),
    ...createPaperDesk(session),
    ...createExportDesk(session, workplace, log),
    ...createExposedDesk(session, watch, workplace, walk),
    ...createDataRequests(session, walk, workplace),
    ...createFiguresDesk(session, listings),
    ...createRecordingDesk(session, watch),
    ...createAuditDesk(session, watch, memory, log),
    ...createReviewDesk(session, watch, listings, log),
    ...createShelf(session),
  };
}
