/** Draws pages: what a page has the painter do may have no end, and the window must not wait for it. */
import 'pdfjs-dist/legacy/build/pdf.renderer.mjs';
import './bare';
