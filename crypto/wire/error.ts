import * as v from 'valibot';

/** Every error: HTTP status and this body. */
export const ErrorAnswer = v.object({ error: v.object({ code: v.string() }) });
