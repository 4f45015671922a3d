/**
 * Leaves a worker without what it does not need for a file from somebody else: the page's policy does not reach into it,
 * so there is nothing here that sends or keeps, and no array as large as a small file can claim to become.
 *
 * Imported last: libraries change what they find when they are loaded, and nothing is read before.
 */

/** Elements of one array: as bytes, an image of 64 million pixels. */
const LARGEST = 2 ** 28;

const AWAY = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebTransport',
  'EventSource',
  'RTCPeerConnection',
  'importScripts',
  'Worker',
  'SharedWorker',
  'BroadcastChannel',
  'indexedDB',
  'caches',
  'WebAssembly',
];

const ARRAYS = [
  'ArrayBuffer',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
];

const scope = globalThis as unknown as Record<string, unknown>;

for (const name of AWAY) {
  for (let at: object | null = scope; at !== null; at = Object.getPrototypeOf(at) as object | null)
    Reflect.deleteProperty(at, name);
}

for (const name of ARRAYS) {
  const made = scope[name] as new (...given: unknown[]) => object;
  const bounded: object = new Proxy(made, {
    construct(target, given, asked) {
      if (typeof given[0] === 'number' && given[0] > LARGEST) throw new RangeError('too large');
      return Reflect.construct(target, given, asked === bounded ? target : asked) as object;
    },
  });
  scope[name] = bounded;
}

export {};
