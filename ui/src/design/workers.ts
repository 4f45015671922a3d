/** Workers for tests: pdf.js reads in the same thread, behind a channel. What it draws is not drawn here. */
import { vi } from 'vitest';

// Node 20 has none, which the webview has.
(Promise as { withResolvers?: unknown }).withResolvers ??= function <T>() {
  let [resolve, reject]: ((value: T) => void)[] = [];
  const promise = new Promise<T>((...both) => ([resolve, reject] = both as [never, never]));
  return { promise, resolve, reject };
};

export const workers = { made: [] as string[], ended: 0 };

export function installWorkers(): void {
  Object.assign(workers, { made: [], ended: 0 });
  vi.stubGlobal('Worker', Channel);
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(measuring as never);
}

/** All that is asked of a canvas where text is laid out. */
function measuring(this: HTMLCanvasElement): object {
  const measureText = (text: string) => ({ width: text.length, fontBoundingBoxAscent: 8 });
  return { canvas: this, measureText };
}

class Channel {
  static [Symbol.hasInstance] = () => true;

  constructor(url: URL) {
    const { port1, port2 } = new MessageChannel();
    workers.made.push(url.pathname.split('/').at(-1) ?? '');
    void start(url, port2);
    port1.start();
    const terminate = () => {
      workers.ended += 1;
      port1.close();
    };
    return Object.assign(port1, { terminate });
  }
}

type Reader = { WorkerMessageHandler: { initializeFromPort(port: MessagePort): void } };

async function start(url: URL, port: MessagePort): Promise<void> {
  if (url.pathname.includes('painter')) return port.postMessage('here');
  // @ts-expect-error The library describes what it gives to the page alone.
  const reader = (await import('pdfjs-dist/legacy/build/pdf.worker.mjs')) as Reader;
  reader.WorkerMessageHandler.initializeFromPort(port);
  port.start();
}
