import { expect, test } from 'vitest';
import { inGroups, isPairing, readLink } from './pairing';

const LINK = 'valise://pair/7QKMX3TD9FWAZH2P4RVE8NCB6YJG@http://10.0.0.7:8443';

test('a link gives its code in groups, and the address', () => {
  const code = '7QKM X3TD 9FWA ZH2P 4RVE 8NCB 6YJG';
  expect(readLink(LINK)).toEqual({ code, catalog: 'http://10.0.0.7:8443' });
  expect(readLink(`Use this: ${LINK}\n`)).toEqual({ code, catalog: 'http://10.0.0.7:8443' });
  expect(readLink('valise://pair/7qkm-x3td')).toEqual({ code: '7QKM X3TD', catalog: null });
});

test('what is no such link is left alone', () => {
  expect(readLink('7QKM X3TD')).toBeNull();
  expect(isPairing('valise://join/1/abc')).toBe(false);
  expect(isPairing(LINK)).toBe(true);
});

test('a code is seen in groups, however it was typed', () => {
  expect(inGroups('7qkm x3td-9fwa')).toBe('7QKM X3TD 9FWA');
  expect(inGroups('7qkmx')).toBe('7QKM X');
  expect(inGroups('')).toBe('');
});
