import { Router, type Request, type RequestHandler, type Response } from 'express';
import {
  Appoint,
  ChangeCredentials,
  Invite,
  Join,
  KeepMemory,
  KeepShelf,
  OneTimeCode,
  ProposeReader,
  Recover,
  SetMail,
  SetUp,
  SignAdmission,
  SignIn,
} from '../../crypto/public.js';
import { tokenOf } from '../http/authorization.js';
import { readJson } from '../http/body.js';
import { pathText } from '../http/query.js';
import type { Log } from '../log.js';
import type { AppointingService } from './appointing.js';
import type { JoiningService } from './joining.js';
import type { MembersService } from './members.js';
import type { OwnAccountService } from './own-account.js';
import { deskOf, type DeskGuard } from './sessions.js';
import type { SetUpService } from './set-up.js';
import type { Asked, SignInService } from './sign-in.js';

const SMALL = 65_536;
/** The largest memory in base64url, and its wrapping. */
const MEMORY_LIMIT = 400_000;
const SET_UP_LIMIT = 2_000_000;
/** The largest directory in base64url, and its wrapping. */
const DIRECTORY_LIMIT = 6_000_000;

/** All parts of the desk, and those that say who else belongs to it. */
const everybody = ['administrator', 'handler', 'custodian', 'guest', 'auditor'] as const;
const admitting = ['administrator', 'handler'] as const;

export interface EntranceOptions {
  setUp: SetUpService;
  signIn: SignInService;
  joining: JoiningService;
  appointing: AppointingService;
  /**
   * Slows down who sets up. Signing in, joining and making an administrator by the root have no such
   * limit: where everybody has one address, it would let anybody keep all others out.
   */
  slowDown: RequestHandler;
  log: Log;
}

/** What can be asked of the desk without a session. */
export function entranceRoutes(options: EntranceOptions): Router {
  const { setUp, signIn, joining, appointing, slowDown, log } = options;
  const router = Router();

  const asked = (request: Request, response: Response): Asked => ({
    address: request.ip ?? '',
    afterAnswer(task) {
      response.once('close', () => {
        task().catch(() => {
          log({ event: 'refusals not written down' });
        });
      });
    },
  });

  router.get('/installation', async (_request, response) => {
    response.json(await setUp.installation());
  });
  router.post('/set-up', slowDown, async (request, response) => {
    const body = await readJson(request, SetUp, SET_UP_LIMIT);
    await setUp.setUp(tokenOf(request, 'Setup'), body);
    response.status(204).end();
  });
  // the link's secret cannot be guessed, and is checked before a body is read
  router.get('/administrator', async (request, response) => {
    response.json(await appointing.read(tokenOf(request, 'Setup')));
  });
  router.post('/administrator', async (request, response) => {
    const secret = tokenOf(request, 'Setup');
    await appointing.check(secret);
    const body = await readJson(request, Appoint, DIRECTORY_LIMIT);
    await appointing.appoint(secret, body);
    response.status(204).end();
  });
  router.post('/sessions', async (request, response) => {
    const body = await readJson(request, SignIn, SMALL);
    response.status(201).json(await signIn.signIn(body, asked(request, response)));
  });
  router.post('/recovery', async (request, response) => {
    const body = await readJson(request, Recover, SMALL);
    response.status(201).json(await signIn.recover(body, asked(request, response)));
  });
  router.get('/invitations/:id', async (request, response) => {
    response.json(await joining.read(pathText(request, 'id'), tokenOf(request, 'Invitation')));
  });
  router.post('/invitations/:id/join', async (request, response) => {
    const body = await readJson(request, Join, SMALL);
    await joining.join(pathText(request, 'id'), tokenOf(request, 'Invitation'), body);
    response.status(204).end();
  });
  return router;
}

/** What people do about their own account. */
export function ownAccountRoutes(own: OwnAccountService, guard: DeskGuard): Router {
  const router = Router();
  const signedIn = guard({ parts: everybody });

  router.delete('/sessions', signedIn, async (_request, response) => {
    await own.signOut(deskOf(response));
    response.status(204).end();
  });
  router.put(
    '/account/credentials',
    guard({ parts: everybody, recovery: true }),
    async (request, response) => {
      const body = await readJson(request, ChangeCredentials, SMALL);
      await own.changeCredentials(deskOf(response), body);
      response.status(204).end();
    },
  );
  router.put('/account/memory', signedIn, async (request, response) => {
    const { memory } = await readJson(request, KeepMemory, MEMORY_LIMIT);
    await own.keepMemory(deskOf(response), memory);
    response.status(204).end();
  });
  router.get('/account/shelf', signedIn, async (_request, response) => {
    response.json(await own.shelf(deskOf(response)));
  });
  router.put('/account/shelf', signedIn, async (request, response) => {
    const shelf = await readJson(request, KeepShelf, MEMORY_LIMIT);
    await own.keepShelf(deskOf(response), shelf);
    response.status(204).end();
  });
  router.put('/account/mail', signedIn, async (request, response) => {
    const { mail } = await readJson(request, SetMail, SMALL);
    await own.setMail(deskOf(response), mail);
    response.status(204).end();
  });
  router.post('/account/one-time-code', signedIn, async (_request, response) => {
    response.status(201).json(await own.startOneTimeCode(deskOf(response)));
  });
  router.put('/account/one-time-code', signedIn, async (request, response) => {
    const { code } = await readJson(request, OneTimeCode, SMALL);
    await own.confirmOneTimeCode(deskOf(response), code);
    response.status(204).end();
  });
  router.delete('/account/one-time-code', signedIn, async (request, response) => {
    const { code } = await readJson(request, OneTimeCode, SMALL);
    await own.stopOneTimeCode(deskOf(response), code);
    response.status(204).end();
  });
  return router;
}

/** Who belongs to the desk, who is invited, and who waits for signatures. */
export function memberRoutes(members: MembersService, guard: DeskGuard): Router {
  const router = Router();
  const signedIn = guard({ parts: admitting });

  router.get(
    '/members',
    guard({ parts: [...admitting, 'auditor'] }),
    async (_request, response) => {
      response.json(await members.list(deskOf(response)));
    },
  );
  router.post('/invitations', signedIn, async (request, response) => {
    const body = await readJson(request, Invite, SMALL);
    await members.invite(deskOf(response), body);
    response.status(204).end();
  });
  router.delete('/invitations/:id', signedIn, async (request, response) => {
    await members.withdrawInvitation(deskOf(response), pathText(request, 'id'));
    response.status(204).end();
  });
  router.post('/admissions', guard({ parts: ['administrator'] }), async (request, response) => {
    const { record } = await readJson(request, ProposeReader, SMALL);
    await members.propose(deskOf(response), record);
    response.status(204).end();
  });
  router.put(
    '/admissions/:id/signature',
    guard({ parts: ['handler'] }),
    async (request, response) => {
      const { signature } = await readJson(request, SignAdmission, SMALL);
      await members.sign(deskOf(response), pathText(request, 'id'), signature);
      response.status(204).end();
    },
  );
  router.delete('/admissions/:id', signedIn, async (request, response) => {
    await members.withdrawAdmission(deskOf(response), pathText(request, 'id'));
    response.status(204).end();
  });
  return router;
}
