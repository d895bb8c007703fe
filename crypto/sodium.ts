import sodium from 'libsodium-wrappers';

/** Resolves when libsodium can be called; everything else in this folder needs that first. */
export async function ready(): Promise<void> {
  await sodium.ready;
}

/** `length` random bytes from the system's generator. */
export function randomBytes(length: number): Uint8Array {
  return sodium.randombytes_buf(length);
}

export { sodium };
