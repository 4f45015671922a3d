/**
 * Secrets on their way from the page to the program. Between the two lie buffers of the system that nobody wipes, so
 * they hold only what is sealed to a key made for the occasion: HPKE base mode (RFC 9180), as in
 * `crates/crypto/src/typed.rs`.
 *
 * A string under one of these names is a secret, wherever it stands among the arguments of a request. The program takes
 * them in no other form.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';

const SECRETS = new Set(['password', 'new', 'pin', 'secret', 'code', 'codes', 'groups']);

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const info = new TextEncoder().encode('valise v1 typed');

/** Arguments with every secret sealed. `begin` asks the program for a key for so many of them. */
export async function sealSecrets(
  args: Record<string, unknown>,
  begin: (uses: number) => Promise<string>,
): Promise<Record<string, unknown>> {
  const uses = count(args);
  if (uses === 0) return args;
  const key = await begin(uses);
  const recipientPublicKey = await suite.kem.deserializePublicKey(bytes(key).buffer);
  const seal = async (text: string) => {
    const sealed = await suite.seal({ recipientPublicKey, info }, new TextEncoder().encode(text));
    return `${key}.${base64url(new Uint8Array(sealed.enc), new Uint8Array(sealed.ct))}`;
  };
  return (await over(args, false, seal)) as Record<string, unknown>;
}

function count(value: unknown, secret = false): number {
  if (typeof value === 'string') return secret ? 1 : 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + count(item, secret), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, item]) => sum + count(item, SECRETS.has(name)), 0);
}

async function over(
  value: unknown,
  secret: boolean,
  seal: (text: string) => Promise<string>,
): Promise<unknown> {
  if (typeof value === 'string') return secret ? seal(value) : value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => over(item, secret, seal)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([name, item]) => [name, await over(item, SECRETS.has(name), seal)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** RFC 4648, section 5, without padding. */
export function base64url(...parts: Uint8Array[]): string {
  const text = parts.map((part) => String.fromCharCode(...part)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const clear = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(clear, (character) => character.charCodeAt(0));
}
