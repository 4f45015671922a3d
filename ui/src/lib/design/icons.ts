/** Which picture stands for which kind of file and which place. */
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import Check from '@lucide/svelte/icons/check';
import Cloud from '@lucide/svelte/icons/cloud';
import Clock from '@lucide/svelte/icons/clock';
import File from '@lucide/svelte/icons/file';
import FileArchive from '@lucide/svelte/icons/file-archive';
import FileCode from '@lucide/svelte/icons/file-code';
import FileText from '@lucide/svelte/icons/file-text';
import Film from '@lucide/svelte/icons/film';
import Folder from '@lucide/svelte/icons/folder';
import Image from '@lucide/svelte/icons/image';
import Mail from '@lucide/svelte/icons/mail';
import Monitor from '@lucide/svelte/icons/monitor';
import Music from '@lucide/svelte/icons/music';
import Presentation from '@lucide/svelte/icons/presentation';
import Table from '@lucide/svelte/icons/table-2';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { Place } from '$lib/backend';
import type { FileKind } from '$lib/format/kinds';

export const KIND_ICONS: Record<FileKind, typeof File> = {
  directory: Folder,
  document: FileText,
  pdf: FileText,
  table: Table,
  slides: Presentation,
  image: Image,
  film: Film,
  sound: Music,
  archive: FileArchive,
  mail: Mail,
  code: FileCode,
  other: File,
};

export const PLACE_ICONS: Record<Place['type'], typeof File> = {
  here: Check,
  hereAlone: Monitor,
  onDemand: Cloud,
  sending: ArrowUp,
  fetching: ArrowDown,
  waiting: Clock,
  problem: TriangleAlert,
};

export const PLACE_TONES: Record<Place['type'], 'ok' | 'muted' | 'wait' | 'bad'> = {
  here: 'ok',
  hereAlone: 'muted',
  onDemand: 'muted',
  sending: 'wait',
  fetching: 'wait',
  waiting: 'wait',
  problem: 'bad',
};
