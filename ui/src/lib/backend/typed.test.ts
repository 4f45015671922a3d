// @vitest-environment node
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { expect, test } from 'vitest';
import { base64url, bytes, sealSecrets } from './typed';

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const info = new TextEncoder().encode('valise v1 typed');

async function program() {
  const pair = await suite.kem.generateKeyPair();
  const raw = new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey));
  const key = base64url(raw);
  const asked: number[] = [];
  const open = async (sealed: unknown) => {
    const [of, rest] = String(sealed).split('.');
    expect(of).toBe(key);
    const all = bytes(rest ?? '');
    const enc = all.slice(0, 65).buffer;
    const plain = await suite.open({ recipientKey: pair.privateKey, enc, info }, all.slice(65).buffer);
    return new TextDecoder().decode(plain);
  };
  return { asked, open, begin: (uses: number) => (asked.push(uses), Promise.resolve(key)) };
}

test('secrets travel sealed, and everything else as it is', async () => {
  const { asked, open, begin } = await program();
  const sealed = await sealSecrets(
    { password: 'violet ü', new: 'granite', name: 'Ada', codes: ['ab', 'cd'], code: null, alone: true },
    begin,
  );
  expect(asked).toEqual([4]);
  expect(sealed).toMatchObject({ name: 'Ada', code: null, alone: true });
  expect(JSON.stringify(sealed)).not.toMatch(/violet|granite|"ab"|"cd"/);
  expect(await open(sealed.password)).toBe('violet ü');
  expect(await open(sealed.new)).toBe('granite');
  expect(await Promise.all((sealed.codes as unknown[]).map(open))).toEqual(['ab', 'cd']);
});

test('a secret inside a choice is found', async () => {
  const { open, begin } = await program();
  const holders = [{ type: 'kept', place: 'pkcs11:token=office', secret: '1234' }];
  const sealed = (await sealSecrets({ holders, delayHours: 24 }, begin)) as {
    holders: Record<string, unknown>[];
  };
  expect(sealed.holders[0]).toMatchObject({ type: 'kept', place: 'pkcs11:token=office' });
  expect(await open(sealed.holders[0]?.secret)).toBe('1234');
});

test('without secrets nothing is asked', async () => {
  const { asked, begin } = await program();
  const args = { folder: 'f', entry: 'e' };
  expect(await sealSecrets(args, begin)).toBe(args);
  expect(asked).toEqual([]);
});
