/** Parses a PDF, and decodes its images and fonts. */
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
import './bare';
