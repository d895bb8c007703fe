import type { ChannelView, Questionnaire } from '../../../client/models.js';
import { questionForm } from '../questions/form.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, option, ownIds, part, showPart, write } from './dom.js';
import { send, showProblem } from './failures.js';
import { languageText } from './languages.js';
import { questionEditor } from './question-editor.js';
import { suggestedQuestions } from './suggested-questions.js';

/**
 * The questions that a channel asks, as reporters see them; administrators change and sign them.
 *
 * @param said what is to be said of the questions that were signed just before.
 */
export function channelQuestions(desk: Desk, channel: ChannelView, said = ''): HTMLElement {
  const root = ownIds(copyTemplate('channel-questions'));
  const own = channel.questionnaire;
  write(
    root,
    'state',
    t(own === null ? 'desk.questions.state_built_in' : 'desk.questions.state_own'),
  );
  write(root, 'saved', said);
  const language = part(root, 'preview-language', HTMLSelectElement);
  for (const each of channel.languages) language.append(option(each, languageText(each)));
  const preferred = document.documentElement.lang;
  if (channel.languages.includes(preferred)) language.value = preferred;

  let drawn: Questionnaire | null = null;
  const preview = (questions: Questionnaire | null): void => {
    drawn = questions;
    showPart(root, 'preview-part', questions !== null);
    part(root, 'preview').replaceChildren(
      ...(questions === null
        ? []
        : [
            questionForm({
              questions,
              language: language.value,
              onChange: () => undefined,
              files: null,
            }).element,
          ]),
    );
  };
  language.addEventListener('change', () => {
    preview(drawn);
  });
  preview(own);
  if (desk.account.part !== 'administrator') return root;

  const form = part(root, 'form', HTMLFormElement);
  showPart(root, 'edit', true);
  const changed = (questions: Questionnaire): void => {
    write(root, 'saved', '');
    showProblem(form, null);
    preview(structuredClone(questions));
  };
  const editor = questionEditor(form, channel.languages, changed, (text) => {
    desk.say(text);
  });
  const begin = (questions: Questionnaire): void => {
    showPart(root, 'begin', false);
    showPart(root, 'form', true);
    editor.set(questions);
  };
  if (own !== null) {
    begin(own);
    write(root, 'saved', said);
  }
  onClick(root, 'begin-suggested', () => {
    begin(suggestedQuestions(channel.languages));
    part(form, 'add-section').focus();
  });
  onClick(root, 'begin-empty', () => {
    begin({ sections: [] });
    part(form, 'add-section').focus();
  });

  const save = (questionnaire: Questionnaire | null): void => {
    void send(form, async () => {
      desk.directoryChanged(await desk.api.updateChannel(channel.id, { questionnaire }));
      const now = desk.directory.channels.find(({ id }) => id === channel.id) ?? channel;
      const text = t(
        questionnaire === null ? 'desk.questions.saved_built_in' : 'desk.questions.saved',
      );
      const again = channelQuestions(desk, now, text);
      root.replaceWith(again);
      desk.say(text);
      part(again, 'title').focus();
    });
  };
  onClick(form, 'built-in', () => {
    save(null);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const problem = editor.problem();
    showProblem(form, problem);
    if (problem === null) save(editor.value());
  });
  return root;
}
