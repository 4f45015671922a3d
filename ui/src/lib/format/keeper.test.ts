import { expect, test } from 'vitest';
import { keeperKind, tokenName } from './keeper';

test.each([
  ['pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so', 'token'],
  [' PKCS11:', 'token'],
  ['vault:https://vault.example:8200/transit/valise', 'vault'],
  ['gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k', 'google'],
  ['https://vault.example', null],
  ['', null],
] as const)('%s is kept by %s', (address, kind) => expect(keeperKind(address)).toBe(kind));

test('a token is called by its label, or by its serial number', () => {
  expect(tokenName('pkcs11:token=Ada%27s%20card;serial=17;object=valise?module-path=/x')).toBe("Ada's card");
  expect(tokenName('pkcs11:object=valise;serial=17?module-path=/x;token=no')).toBe('17');
  expect(tokenName('pkcs11:object=valise?module-path=/x')).toBeNull();
  expect(tokenName('pkcs11:token=%zz?module-path=/x')).toBe('%zz');
});
