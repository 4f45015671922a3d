/**
 * Addresses of keys that are kept elsewhere. Only so much is read of them as chooses words: the program reads them
 * whole, and says what is wrong with one.
 */
export type KeeperKind = 'token' | 'vault' | 'google';

const KINDS: [string, KeeperKind][] = [
  ['pkcs11:', 'token'],
  ['vault:', 'vault'],
  ['gcpkms:', 'google'],
];

/** Which keeper an address names; none while it is not typed that far. */
export function keeperKind(address: string): KeeperKind | null {
  const begin = address.trim().toLowerCase();
  return KINDS.find(([scheme]) => begin.startsWith(scheme))?.[1] ?? null;
}

/** What a token is called, or its serial number; none where its address says neither. */
export function tokenName(address: string): string | null {
  const path = address.slice(address.indexOf(':') + 1).split('?')[0] ?? '';
  const parts = path.split(';').map((part) => part.split('=', 2));
  for (const wanted of ['token', 'serial']) {
    const value = parts.find(([name]) => name === wanted)?.[1];
    if (value !== undefined && value !== '') return decoded(value);
  }
  return null;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
