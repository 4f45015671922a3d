/**
 * A PDF, opened. The one place that knows pdf.js; loaded when the first PDF is looked at.
 *
 * The file may be made to harm. It is parsed in one worker and drawn in another, both its own and both ended with it; what
 * comes to the page is a picture and plain text. Nothing of it is carried out: no script, no form, no link, no address.
 * Every step has a time, after which all of it is ended. Fonts are drawn as outlines and never given to the system.
 *
 * The legacy build is taken on purpose: WebKitGTK does not have all that the other one uses.
 */
import {
  AnnotationMode,
  getDocument,
  GlobalWorkerOptions,
  PDFWorker,
  TextLayer,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { POINT } from './layout';
import { PdfTrouble, type Size } from './trouble';

/** So long may opening take, or drawing a page, in milliseconds. */
export const PATIENCE = 20_000;
/** Pixels of a drawn page; beyond, it is drawn coarser. */
const PIXELS = 16_000_000;
/** Pixels of an image in it; larger ones are left out, as images of their own are (`src-tauri/src/preview.rs`). */
const IMAGE_PIXELS = 64_000_000;
/** Pieces of text that are laid over a page; one with more is a drawing. */
const TEXTS = 20_000;

/** What comes with the library, and is packed with the window (`vite.config.ts`). */
const PARTS = import.meta.env.PROD ? '/pdf/' : '/node_modules/pdfjs-dist/';

/** Gets what is packed, and nothing else that a file may name. Sans-serif letters are the system's own. */
class Packed {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const folder = { cMapUrl: 'cmaps', standardFontDataUrl: 'standard_fonts' }[kind];
    if (folder === undefined || !/^([\w-]+\.bcmap|Foxit\w+\.pfb)$/.test(filename))
      throw new Error('not packed');
    const answer = await fetch(`${PARTS}${folder}/${filename}`);
    if (!answer.ok) throw new Error('not there');
    return new Uint8Array(await answer.arrayBuffer());
  }
}

export class Pdf {
  /** How many pages it says it has. */
  pages = 0;
  readonly #workers: Worker[] = [];
  readonly #end = new AbortController();
  #document: PDFDocumentProxy | null = null;
  #drawn: Promise<unknown> = Promise.resolve();

  /** Whoever opens it closes it; `signal` does so while it is not open yet. The bytes are gone from where they were. */
  static async open(bytes: Uint8Array, signal: AbortSignal): Promise<Pdf> {
    const pdf = new Pdf();
    signal.addEventListener('abort', () => pdf.close());
    if (signal.aborted) pdf.close();
    try {
      await pdf.#within(pdf.#open(bytes));
      return pdf;
    } catch (thrown) {
      pdf.close();
      throw PdfTrouble.from(thrown);
    }
  }

  async #open(bytes: Uint8Array): Promise<void> {
    const reader = new Worker(new URL('./reader.worker.ts', import.meta.url), { type: 'module' });
    const painter = new Worker(new URL('./painter.worker.ts', import.meta.url), { type: 'module' });
    // Without a painter, pdf.js would draw in the page.
    await Promise.all([this.#ready(reader), this.#ready(painter)]);
    GlobalWorkerOptions.rendererPorts = [painter];
    const task = getDocument({
      data: bytes,
      // Its types know no port but none.
      worker: new PDFWorker({ port: reader as never, verbosity: VerbosityLevel.ERRORS }),
      verbosity: VerbosityLevel.ERRORS,
      BinaryDataFactory: Packed,
      wasmUrl: `${PARTS}wasm/`,
      useWasm: false,
      useWorkerFetch: false,
      disableAutoFetch: true,
      disableFontFace: true,
      useSystemFonts: false,
      isImageDecoderSupported: false,
      enableXfa: false,
      maxImageSize: IMAGE_PIXELS,
      canvasMaxAreaInBytes: 4 * PIXELS,
    });
    this.#document = await task.promise;
    this.pages = this.#document.numPages;
    if (this.pages < 1) throw new PdfTrouble('empty');
  }

  /** A worker says by a first word that it is there. */
  #ready(worker: Worker): Promise<void> {
    this.#workers.push(worker);
    return new Promise((resolve, reject) => {
      const fail = () => {
        reject(new PdfTrouble('broken'));
        this.close();
      };
      worker.addEventListener('message', () => resolve(), { once: true });
      worker.addEventListener('error', fail, { signal: this.#end.signal });
    });
  }

  /** Of a page, as large as it is on paper. */
  async size(number: number): Promise<Size> {
    const page = await this.#page(number);
    const { width, height } = page.getViewport({ scale: POINT });
    return { width, height };
  }

  /** A page so many pixels wide, as long as nobody goes away from it. One at a time, so that each has its own time. */
  draw(number: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement> {
    const drawn = this.#drawn.then(() => this.#draw(number, width, signal));
    this.#drawn = drawn.catch(() => undefined);
    return drawn;
  }

  async #draw(number: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement> {
    signal.throwIfAborted();
    const page = await this.#page(number);
    const whole = page.getViewport({ scale: 1 });
    const most = Math.sqrt(PIXELS / (whole.width * whole.height));
    const viewport = page.getViewport({ scale: Math.min(width / whole.width, most) });
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(viewport.width));
    canvas.height = Math.max(1, Math.floor(viewport.height));
    signal.throwIfAborted();
    const task = page.render({
      canvas,
      viewport,
      annotationMode: AnnotationMode.ENABLE,
      background: 'white',
    });
    const cancel = () => task.cancel();
    signal.addEventListener('abort', cancel);
    try {
      await this.#within(task.promise);
    } finally {
      signal.removeEventListener('abort', cancel);
      page.cleanup();
    }
    return canvas;
  }

  /** Lays the text of a page that is so wide into an element, to be selected and read aloud: nothing is carried out. */
  async write(number: number, width: number, into: HTMLElement): Promise<void> {
    const page = await this.#page(number);
    const found = await this.#within(page.getTextContent());
    if (found.items.length > TEXTS) return;
    const viewport = page.getViewport({ scale: width / page.getViewport({ scale: 1 }).width });
    await this.#within(new TextLayer({ textContentSource: found, container: into, viewport }).render());
  }

  #page(number: number): Promise<PDFPageProxy> {
    if (this.#document === null) return Promise.reject(new PdfTrouble('broken'));
    return this.#within(this.#document.getPage(number));
  }

  /** Waits, but not for ever, and not beyond the end. */
  async #within<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController();
    const ended = new Promise<never>((_resolve, reject) => {
      const late = setTimeout(() => {
        reject(new PdfTrouble('slow'));
        this.close();
      }, PATIENCE);
      const end = () => reject(new DOMException('closed', 'AbortError'));
      if (this.#end.signal.aborted) end();
      this.#end.signal.addEventListener('abort', end, { signal: over.signal });
      over.signal.addEventListener('abort', () => clearTimeout(late));
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      over.abort();
    }
  }

  /** Ends its workers, whatever they do: pdf.js would ask them to end. */
  close(): void {
    this.#end.abort();
    void this.#document?.loadingTask.destroy().catch(() => undefined);
    this.#document = null;
    for (const worker of this.#workers.splice(0)) worker.terminate();
    TextLayer.cleanup();
  }
}
