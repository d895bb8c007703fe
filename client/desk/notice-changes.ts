import {
  type Channel,
  NOTICE_KINDS,
  type Notices,
  type OwnAuthority,
} from '../../crypto/private.js';
import type { DirectoryChangeLine } from '../models.js';

type ByLanguage = Readonly<Record<string, string>>;

/** What is said in every language, each once. */
function texts(...all: readonly ByLanguage[]): string[] {
  return [...new Set(all.flatMap((each) => Object.values(each)))];
}

function authorityTexts({ names, url, contact, conditions }: OwnAuthority): string[] {
  return [...texts(names), ...[url, contact].filter((each) => each !== null), ...texts(conditions)];
}

/** All that is said to one notice, in every language. */
function saidIn(notice: Notices[keyof Notices] | undefined): string[] {
  if (notice === undefined) return [];
  const added = 'added' in notice ? notice.added : [];
  return [...texts(notice.words), ...added.flatMap(authorityTexts)];
}

/**
 * What changed in what an organisation says to the notices of its country: for each notice all that
 * it said and says, in every language, and why.
 */
export function noticesChanged(
  before: Pick<Channel, 'notices'>,
  after: Pick<Channel, 'notices' | 'names'>,
): DirectoryChangeLine[] {
  return NOTICE_KINDS.flatMap((of): DirectoryChangeLine[] => {
    const [was, is] = [before.notices?.[of], after.notices?.[of]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [
      {
        code: 'channel_notices',
        channel: after.names,
        of,
        before: saidIn(was),
        after: saidIn(is),
        reason: is?.reason ?? '',
      },
    ];
  });
}
