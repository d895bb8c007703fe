import express, { type Express, type Router } from 'express';
import { purgeDay } from '../crypto/public.js';
import { downloadRoutes, uploadRoutes, type CaseAccess } from './attachments/routes.js';
import { createAttachments } from './attachments/service.js';
import { today, type Clock } from './clock.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import { createDirectories } from './directory/versions.js';
import { draftRoutes } from './drafts/routes.js';
import { createDrafts } from './drafts/service.js';
import { tokenOf } from './http/authorization.js';
import { handleErrors, rememberMount, unknownRoute } from './http/errors.js';
import { headersFor } from './http/headers.js';
import { createLimits, type Limits } from './http/limits.js';
import { refuseCrossSite } from './http/origin.js';
import { servePages, type Pages } from './http/pages.js';
import type { Log } from './log.js';
import type { PurgeOn } from './records/facts.js';
import { reportRoutes, returnRoutes } from './reports/routes.js';
import { createReports } from './reports/service.js';

/** What every capability is made from. */
export interface Context {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
}

/** A part of the API under a path of its own. The path has no parameters: logs name it. */
export interface Capability {
  readonly path: `/api/${string}`;
  readonly router: Router;
}

/** All capabilities. What one needs of another is handed over here. */
function capabilitiesOf({ config, db, clock }: Context): readonly Capability[] {
  const day = () => today(clock, config.timeZone);
  const directories = createDirectories();
  const purgeOn: PurgeOn = async (handle, { closed_day: closed, channel }) => {
    if (closed === null) return null;
    const { directory } = await directories.current(handle);
    const rule = directory.channels.find(({ id }) => id === channel);
    return rule === undefined ? null : purgeDay(closed, rule.retentionMonths);
  };

  const attachments = createAttachments({ db, today: day, maxFileBytes: config.maxFileBytes });
  const reports = createReports({
    db,
    today: day,
    directories,
    bindAttachments: (trx, caseId, ids) => attachments.bind(trx, caseId, ids),
    purgeOn,
  });
  const ownCase: CaseAccess = (request) => reports.identify(tokenOf(request, 'Case'));

  return [
    { path: '/api/cases', router: reportRoutes(reports) },
    { path: '/api/case', router: returnRoutes(reports) },
    { path: '/api/case', router: downloadRoutes(attachments, '/attachments', ownCase) },
    { path: '/api/attachments', router: uploadRoutes(attachments) },
    { path: '/api/draft-keys', router: draftRoutes(createDrafts({ clock })) },
  ];
}

export interface AppOptions extends Omit<Context, 'limits'> {
  readonly pages: Pages;
  /** Given errors that are faults of ours, for tests. */
  readonly onFault?: (error: unknown) => void;
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
