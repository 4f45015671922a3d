/** What a file is, as far as its name tells: for its icon and its word. */
import type { Entry } from '$lib/backend';

export type FileKind =
  | 'directory'
  | 'document'
  | 'pdf'
  | 'table'
  | 'slides'
  | 'image'
  | 'film'
  | 'sound'
  | 'archive'
  | 'code'
  | 'mail'
  | 'other';

const KINDS: [FileKind, string][] = [
  ['document', 'doc docx odt rtf txt md tex pages dot dotx'],
  ['pdf', 'pdf ps xps'],
  ['table', 'xls xlsx xlsm ods csv tsv numbers'],
  ['slides', 'ppt pptx odp key'],
  ['image', 'png jpg jpeg gif webp avif heic tif tiff svg bmp psd raw dng'],
  ['film', 'mp4 mov mkv avi webm m4v'],
  ['sound', 'mp3 wav flac ogg opus m4a aac'],
  ['archive', 'zip 7z rar gz tgz bz2 xz zst tar age'],
  ['mail', 'eml msg mbox ics vcf'],
  ['code', 'json xml yaml yml toml html css js ts py rs go java c h cpp sh sql'],
];

const BY_EXTENSION = new Map(
  KINDS.flatMap(([kind, list]) => list.split(' ').map((end) => [end, kind] as const)),
);

const BY_MEDIA: [RegExp, FileKind][] = [
  [/^image\//, 'image'],
  [/^video\//, 'film'],
  [/^audio\//, 'sound'],
  [/^application\/pdf/, 'pdf'],
  [/spreadsheet|ms-excel|csv/, 'table'],
  [/presentation|ms-powerpoint/, 'slides'],
  [/^text\/|wordprocessing|msword|opendocument\.text/, 'document'],
  [/zip|tar|compressed/, 'archive'],
];

export function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

export function fileKind(entry: Pick<Entry, 'kind' | 'name' | 'mediaType'>): FileKind {
  if (entry.kind === 'directory') return 'directory';
  const byName = BY_EXTENSION.get(extension(entry.name));
  if (byName !== undefined) return byName;
  return BY_MEDIA.find(([pattern]) => pattern.test(entry.mediaType))?.[1] ?? 'other';
}
