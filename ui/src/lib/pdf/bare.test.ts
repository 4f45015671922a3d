// @vitest-environment node
import { expect, test } from 'vitest';

test('a worker has nothing left that sends or keeps, and no array without an end', async () => {
  const before = Object.getOwnPropertyDescriptors(globalThis);
  let tried: unknown[] = [];
  try {
    await import('./bare');
    tried = [
      'fetch' in globalThis,
      'WebSocket' in globalThis,
      'WebAssembly' in globalThis,
      new Uint8Array(3) instanceof Uint8Array,
      Uint8Array.from([1, 2]).length,
      thrownBy(() => new Uint8Array(2 ** 28 + 1)),
      thrownBy(() => new ArrayBuffer(2 ** 28 + 1)),
    ];
  } finally {
    Object.defineProperties(globalThis, before);
  }
  expect(tried).toEqual([false, false, false, true, 2, 'RangeError', 'RangeError']);
});

function thrownBy(work: () => unknown): string {
  try {
    work();
    return 'nothing';
  } catch (thrown) {
    return (thrown as Error).name;
  }
}
