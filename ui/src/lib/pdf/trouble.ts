/** Why a PDF is not shown. */
export type PdfTroubleKind = 'broken' | 'locked' | 'slow' | 'empty';

export type Size = { width: number; height: number };

export class PdfTrouble extends Error {
  constructor(
    readonly kind: PdfTroubleKind,
    options?: ErrorOptions,
  ) {
    super(kind, options);
  }

  static from(thrown: unknown): PdfTrouble {
    if (thrown instanceof PdfTrouble) return thrown;
    const locked = thrown instanceof Error && thrown.name === 'PasswordException';
    return new PdfTrouble(locked ? 'locked' : 'broken', { cause: thrown });
  }
}
