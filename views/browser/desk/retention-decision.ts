import { retentionDoubts, type RetentionDoubt } from '../../../client/law/retention.js';
import type { ChannelView } from '../../../client/models.js';
import { t } from '../strings.js';
import { retentionPresets } from './country-rules.js';
import type { Desk } from './desk.js';
import { element, fillList, part, showPart } from './dom.js';
import { countryText } from './languages.js';
import { channelRule, ruleText, shorterText } from './retention.js';

function doubtText(doubt: RetentionDoubt, channel: ChannelView): string {
  if ('other' in doubt) {
    const { one, other } = doubt;
    return t(`desk.decide.${doubt.what}`, {
      one: countryText(one.country),
      other: countryText(other.country),
    });
  }
  const { country, clauses, shorter } = doubt.preset;
  return t(`desk.decide.${doubt.what}`, {
    country: countryText(country),
    wanted: ruleText({ clauses, wins: null }),
    terms: shorter.map(shorterText).join('; '),
    rule: ruleText(channelRule(channel)),
  });
}

/** Whether it still has to be decided how long a channel's cases are kept. */
export function needsDecision(desk: Desk, channel: ChannelView): boolean {
  const { country } = desk.directory.organisation;
  return retentionDoubts(channel, country, retentionPresets()).length > 0;
}

/** Says above the rule of keeping why it has to be decided, as long as it has. */
export function tellDecision(desk: Desk, section: HTMLElement, channel: ChannelView): void {
  const { country } = desk.directory.organisation;
  const doubts = retentionDoubts(channel, country, retentionPresets());
  const box = part(section, 'decision');
  showPart(section, 'decision', doubts.length > 0);
  fillList(part(box, 'doubts'), doubts, (doubt) => element('li', doubtText(doubt, channel)));
  const isAdministrator = desk.account.part === 'administrator';
  showPart(box, 'decide-how', isAdministrator);
  showPart(box, 'decide-who', !isAdministrator);
}
