import { questionForm } from '../questions/form.js';
import { QUESTIONS_EVENT, type QuestionRequest } from '../questions/messages.js';

// Loaded into a page where a channel asks its own questions, so that no other first visit weighs more.

document.addEventListener(QUESTIONS_EVENT, (event) => {
  const { order, answer } = (event as CustomEvent<QuestionRequest>).detail;
  answer(questionForm(order));
});
