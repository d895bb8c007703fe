import express, { type Express, type Router } from 'express';
import { absenceRoutes } from './absences/routes.js';
import { createAbsences } from './absences/service.js';
import { forgetAbsences } from './absences/store.js';
import { openAccounts } from './accounts/accounts-store.js';
import { createAppointing } from './accounts/appointing.js';
import { createJoining } from './accounts/joining.js';
import { createLocking } from './accounts/locking.js';
import { createMembers } from './accounts/members.js';
import { createMembership } from './accounts/membership.js';
import { createTakeCode } from './accounts/one-time-code.js';
import { createOwnAccount } from './accounts/own-account.js';
import { entranceRoutes, memberRoutes, ownAccountRoutes } from './accounts/routes.js';
import type { ServerKey } from './accounts/server-key.js';
import {
  countsFor,
  createSessions,
  custodianOf,
  deskOf,
  guestOf,
  readerOf,
} from './accounts/sessions.js';
import { createSetUp } from './accounts/set-up.js';
import { createSignIn } from './accounts/sign-in.js';
import { createWrongProofs } from './accounts/wrong-proofs.js';
import { downloadRoutes, uploadRoutes, type CaseAccess } from './attachments/routes.js';
import { createAttachments } from './attachments/service.js';
import { auditRoutes } from './audit/routes.js';
import { createAuditHeads } from './audit/heads.js';
import { createAudit } from './audit/service.js';
import { createPaper } from './ceremonies/paper.js';
import { ceremonyRoutes } from './ceremonies/routes.js';
import { createCeremonies } from './ceremonies/service.js';
import { caseRoutes } from './cases/routes.js';
import { caseReading, createCases } from './cases/service.js';
import { today, type Clock } from './clock.js';
import type { Config } from './config.js';
import { custodyRoutes } from './custody/routes.js';
import { createCustody, identityRequests } from './custody/service.js';
import type { Database } from './database.js';
import { directoryDeskRoutes, directoryRoutes } from './directory/routes.js';
import { createDirectoryService } from './directory/service.js';
import { checkDay, createDirectories } from './directory/versions.js';
import { draftRoutes } from './drafts/routes.js';
import { createDrafts } from './drafts/service.js';
import { handbookRoutes } from './handbook/routes.js';
import { guestRoutes } from './guests/routes.js';
import { createGuests } from './guests/service.js';
import { createHandbook } from './handbook/service.js';
import { forgetKey } from './handbook/store.js';
import { holdingRoutes } from './holdings/routes.js';
import { createHoldings } from './holdings/service.js';
import { figuresRoutes } from './figures/routes.js';
import { createFigures } from './figures/service.js';
import { keepStatistics } from './figures/store.js';
import { tokenOf } from './http/authorization.js';
import { shareOfBodyRoom } from './http/body.js';
import { pathText } from './http/query.js';
import { healthRoutes } from './health/routes.js';
import { handleErrors, rememberMount, unknownRoute } from './http/errors.js';
import { headersFor } from './http/headers.js';
import { createLimits, type Limits } from './http/limits.js';
import { refuseCrossSite } from './http/origin.js';
import { servePages, type Pages } from './http/pages.js';
import { incidentRoutes } from './incidents/routes.js';
import { createIncidents } from './incidents/service.js';
import type { Log } from './log.js';
import type { BindAttachments, EraseFiles, ReadPurgeOn } from './records/facts.js';
import type { ReceiptKeys } from './receipts/keys.js';
import { receiptKeyRoutes } from './receipts/routes.js';
import { forgetReader, noteLeaving } from './records/leavers.js';
import { reportRoutes, returnRoutes } from './reports/routes.js';
import { createReports, PACE } from './reports/service.js';
import { rosterRoutes } from './rosters/routes.js';
import { createRosters } from './rosters/service.js';
import { createPreview } from './retention/preview.js';
import { retentionRoutes } from './retention/routes.js';
import { knownWait } from './retention/clock-guard.js';
import { createRules, type ReadTerms } from './retention/rules.js';
import { createStorage } from './storage/service.js';
import { finishErasures } from './tasks.js';
import { workRoutes } from './work/routes.js';
import { createWork } from './work/service.js';

/** What every capability is made from. */
export interface Context {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly serverKey: ServerKey;
  readonly receiptKeys: ReceiptKeys;
  /** Of what is drawn to hide how busy it is, in place of the platform's random numbers, for tests. */
  readonly chance?: () => number;
}

/** A part of the API under a path of its own. The path has no parameters: logs name it. */
export interface Capability {
  readonly path: `/api/${string}`;
  readonly router: Router;
}

/**
 * Wrong proofs when changing credentials in a session, and wrong one-time codes after a right proof,
 * until an account rests for a quarter of an hour.
 */
const PROOFS = { count: 20, seconds: 15 * 60 };
const CODES = { count: 10, seconds: 15 * 60 };
/** Requests to set up that one address can make. */
const SETTING_UP = { count: 240, seconds: 10 * 60 };

/** All capabilities. What one needs of another is handed over here. */
export function capabilitiesOf(context: Context): readonly Capability[] {
  const { config, db, clock, log, limits, serverKey, receiptKeys, chance } = context;
  const { timeZone } = config;
  const day = () => today(clock, config.timeZone);
  const directories = createDirectories();
  const readRules = createRules();
  const readPurgeOn: ReadPurgeOn = async (handle) => {
    const rules = await readRules(handle, day());
    return (row) => rules.purgeOn(row);
  };
  const readTerms: ReadTerms = async () => {
    const [now, rules] = [day(), await readRules(db, day())];
    const until = await knownWait(db, now);
    return { ...rules.terms(), waits: until === null ? null : { today: now, until } };
  };
  const previewRule = createPreview({ db, today: day, readRules });

  const storage = createStorage({
    db,
    clock,
    log,
    database: config.database,
    mostBytes: config.maxStorageBytes,
  });
  const work = createWork({ clock, calm: config.calm, chance });
  const attachments = createAttachments({
    db,
    clock,
    today: day,
    maxFileBytes: config.maxFileBytes,
    storage,
    work,
  });
  const bindAttachments: BindAttachments = (trx, caseId, compartment, ids) =>
    attachments.bind(trx, caseId, compartment, ids);
  const eraseFiles: EraseFiles = {
    release: (trx, caseId, compartment, ids) => attachments.release(trx, caseId, compartment, ids),
    finish: () => finishErasures(db),
  };
  const reports = createReports({
    db,
    today: day,
    timeZone,
    directories,
    bindAttachments,
    readPurgeOn,
    storage,
    work,
    pace: limits.counter({ seconds: PACE.seconds }),
    receiptKey: () => receiptKeys.current(),
  });
  const ownCase: CaseAccess = (request) => reports.identify(tokenOf(request, 'Case'));

  const audit = createAudit({ clock });
  const checkToday = (value: string): void => {
    checkDay(value, clock, timeZone);
  };
  const heads = createAuditHeads({
    db,
    current: (handle) => directories.current(handle),
    checkDay: checkToday,
  });
  const handbook = createHandbook({ db, audit, directories, checkDay: checkToday });
  const sessions = createSessions({ db, clock });
  const { guard } = sessions;
  const takeCode = createTakeCode({ serverKey, clock, throttle: limits.perName(CODES) });
  const membership = createMembership();
  const holdings = createHoldings({ db, directories, openAccounts });
  const directory = createDirectoryService({
    db,
    clock,
    timeZone,
    audit,
    directories,
    membership,
    holdings,
    forgetReader: async (trx, reader) => {
      await noteLeaving(trx, reader, day());
      await forgetReader(trx, reader);
      await forgetKey(trx, reader);
      await forgetAbsences(trx, reader);
    },
    receiptKey: () => receiptKeys.current(),
    maxFileBytes: config.maxFileBytes,
  });
  const entrance = entranceRoutes({
    setUp: createSetUp({ db, clock, timeZone, serverKey, audit, directory }),
    signIn: createSignIn({
      db,
      audit,
      serverKey,
      sessions,
      wrongProofs: createWrongProofs(limits),
      takeCode,
      sendsMail: config.smtp !== undefined,
      timeZone,
    }),
    joining: createJoining({ db, clock, timeZone, audit, serverKey, directories }),
    appointing: createAppointing({ db, clock, timeZone, serverKey, directories, directory }),
    slowDown: limits.perAddress(SETTING_UP),
    log,
  });
  const ownAccount = createOwnAccount({
    db,
    audit,
    serverKey,
    attempts: limits.perName(PROOFS),
    takeCode,
  });
  const incidents = createIncidents({
    db,
    clock,
    timeZone,
    audit,
    directories,
    locking: createLocking(),
  });
  const members = createMembers({ db, clock, timeZone, audit, directories });

  const cases = createCases({
    db,
    today: day,
    audit,
    directories,
    bindAttachments,
    eraseFiles,
    readPurgeOn,
    keepStatistics,
    identity: identityRequests,
    openAccounts,
  });
  const custody = createCustody({ db, today: day, audit, directories });
  const ceremonies = createCeremonies({
    db,
    clock,
    audit,
    directories,
    openAccounts,
    checkDay: checkToday,
  });
  const paper = createPaper({
    db,
    today: day,
    audit,
    directories,
    ceremonies,
    openAccounts,
    reading: caseReading,
    readPurgeOn,
  });
  const guests = createGuests({
    db,
    today: day,
    audit,
    directories,
    bindAttachments,
    readPurgeOn,
    reading: caseReading,
  });
  const guestsCase: CaseAccess = (request, response) =>
    guests.identify(guestOf(response), pathText(request, 'case'));
  const handlersCase: CaseAccess = (request, response) =>
    cases.identify(readerOf(response), pathText(request, 'case'));

  return [
    { path: '/api/directory', router: directoryRoutes(directory) },
    { path: '/api/desk', router: entrance },
    { path: '/api/desk', router: ownAccountRoutes(ownAccount, guard) },
    { path: '/api/desk', router: memberRoutes(members, guard) },
    { path: '/api/desk', router: incidentRoutes(incidents, guard) },
    { path: '/api/desk', router: ceremonyRoutes({ ceremonies, paper, guard }) },
    { path: '/api/desk', router: holdingRoutes(holdings, guard) },
    { path: '/api/desk', router: directoryDeskRoutes({ directory, guard, deskOf }) },
    { path: '/api/desk', router: handbookRoutes(handbook, guard) },
    { path: '/api/desk', router: absenceRoutes(createAbsences({ db, directories }), guard) },
    { path: '/api/desk', router: rosterRoutes(createRosters({ db, audit, directories }), guard) },
    { path: '/api/desk', router: retentionRoutes({ readTerms, previewRule, guard }) },
    { path: '/api/desk', router: receiptKeyRoutes(receiptKeys, guard) },
    { path: '/api/desk', router: auditRoutes({ db, audit, heads, guard, deskOf }) },
    { path: '/api/desk/cases', router: caseRoutes({ cases, guard, readerOf }) },
    {
      path: '/api/desk/cases',
      router: downloadRoutes(attachments, '/:case/attachments', handlersCase, undefined, [
        guard({ parts: ['handler'] }),
      ]),
    },
    {
      path: '/api/desk/figures',
      router: figuresRoutes({ figures: createFigures({ db }), guard, countsFor }),
    },
    { path: '/api/desk/guest', router: guestRoutes({ guests, guard, guestOf }) },
    {
      path: '/api/desk/guest/cases',
      router: downloadRoutes(attachments, '/:case/attachments', guestsCase, undefined, [
        guard({ parts: ['guest'] }),
      ]),
    },
    { path: '/api/desk/custody', router: custodyRoutes({ custody, guard, custodianOf }) },
    { path: '/api/cases', router: reportRoutes(reports) },
    { path: '/api/case', router: returnRoutes(reports) },
    { path: '/api/case', router: downloadRoutes(attachments, '/attachments', ownCase) },
    { path: '/api/attachments', router: uploadRoutes(attachments) },
    { path: '/api/work', router: workRoutes(work) },
    { path: '/api/health', router: healthRoutes({ db, storage }) },
    { path: '/api/draft-keys', router: draftRoutes(createDrafts({ clock })) },
  ];
}

export interface AppOptions extends Omit<Context, 'limits'> {
  readonly pages: Pages;
  /** Given errors that are faults of ours, for tests. */
  readonly onFault?: (error: unknown) => void;
  /** Of the memory for large bodies, where several organisations share it. */
  readonly share?: number;
  /** In place of all capabilities, for tests of what surrounds them. */
  readonly capabilities?: (context: Context) => readonly Capability[];
}

/** Composes the whole HTTP side: API first, pages for everything else. */
export function createApp(options: AppOptions): Express {
  const { config, log, pages, onFault } = options;
  const context: Context = { ...options, limits: createLimits(options.clock) };
  const secure = config.publicAddress.startsWith('https:');

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...config.trustedProxies]);

  if (options.share !== undefined) app.use(shareOfBodyRoom(options.share));
  const apiHeaders = headersFor('api', { secure });
  app.use('/api', (_request, response, next) => {
    response.set(apiHeaders);
    next();
  });
  app.use('/api', refuseCrossSite);
  for (const { path, router } of (options.capabilities ?? capabilitiesOf)(context)) {
    app.use(path, rememberMount(path), router);
  }
  app.use('/api', unknownRoute);
  app.use(servePages(pages, { secure }));
  app.use(handleErrors(log, onFault));
  return app;
}
