/** PDFs for tests, made of the objects that a test cares about. */

const encoder = new TextEncoder();

/** What the file says of itself at its end, and its objects, the first of which is the catalog. */
export function pdf(objects: string[], trailer = ''): Uint8Array<ArrayBuffer> {
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`;
  return encoder.encode(text);
}

const stream = (text: string) => `<< /Length ${text.length} >>\nstream\n${text}\nendstream`;

/** A line of text on each page. `catalog` and `page` add to what they say. */
export function pagesOf(lines: string[], catalog = '', page = ''): string[] {
  const kids = lines.map((_, at) => `${4 + 2 * at} 0 R`).join(' ');
  return [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...lines.flatMap((line, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents ${5 + 2 * at} 0 R
         /Resources << /Font << /F 3 0 R >> >> ${page} >>`,
      stream(`BT /F 12 Tf 40 300 Td (${line}) Tj ET`),
    ]),
  ];
}
