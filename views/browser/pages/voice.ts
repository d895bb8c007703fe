import { VOICE_EVENT, type VoiceRequest } from '../voice/messages.js';
import { createVoicePanel } from '../voice/panel.js';

// Loaded into a page when somebody wants to record, so that nobody else's first visit weighs more.

document.addEventListener(VOICE_EVENT, (event) => {
  const { host, answer } = (event as CustomEvent<VoiceRequest>).detail;
  answer(createVoicePanel(host));
});
