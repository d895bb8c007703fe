/** What pages, desks and programs are handed: views of what was opened and verified, and inputs. */
export type * from './models/directory.js';
export type * from './models/report.js';
export type * from './models/case.js';
export type * from './models/handler-case.js';
export type * from './models/log.js';
export type * from './models/people.js';
export type {
  AnsweredForm,
  Answers,
  Category,
  FileReference,
  FormAnswer,
  HandlerMessage,
  Identity,
  IdentityField,
  IncidentCause,
  Outcome,
  Questionnaire,
  Relation,
} from '../crypto/private.js';
