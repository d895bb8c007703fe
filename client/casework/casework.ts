import { identityTalksOf } from './consent.js';
import { datesOf, decisionsOf } from './dates.js';
import { disclosuresOf, noticesOf } from './disclosures.js';
import { moneyOf } from './figures.js';
import { keepingOf } from './keeping.js';
import { personsOf } from './persons.js';
import { removalOf } from './removals.js';
import { requestsOf } from './requests.js';
import { transcriptsOf } from '../spoken/transcripts.js';
import type { Said } from './said.js';
import { handledMeetingsOf } from './spoken.js';
import { workOf } from './work.js';

/** How each subject of the work on a case stands, as its entries give it. */
export function caseworkOf(said: Said) {
  return {
    work: workOf(said),
    persons: personsOf(said),
    disclosures: disclosuresOf(said),
    identityTalks: identityTalksOf(said),
    notices: noticesOf(said),
    requests: requestsOf(said),
    dates: datesOf(said),
    decisions: decisionsOf(said),
    keeping: keepingOf(said),
    removal: removalOf(said),
    money: moneyOf(said),
    transcripts: transcriptsOf(said),
    meetings: handledMeetingsOf(said),
  };
}
