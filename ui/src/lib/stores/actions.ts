/** What a person does with rows: each asks the backend once, says what was done, and offers the way back. */
import type { Backend, DropId, EntryId, FolderId, Transfer, Version } from '$lib/backend';
import { words } from '$lib/words';
import type { Dialogs } from './dialogs.svelte';
import type { Folders } from './folders.svelte';
import type { Listing } from './listing.svelte';
import type { Navigation } from './navigation.svelte';
import type { Notices } from './notices.svelte';
import { keyOf, type Row } from './rows';
import type { Transfers } from './transfers.svelte';

export class Actions {
  constructor(
    private readonly backend: Backend,
    private readonly notices: Notices,
    private readonly navigation: Navigation,
    private readonly folders: Folders,
    private readonly listing: Listing,
    private readonly dialogs: Dialogs,
    private readonly transfers: Transfers,
    /** This computer was removed from the account. */
    private readonly removed: () => boolean = () => false,
  ) {}

  /** A file opens in its program, a directory in the list. */
  async open(row: Row): Promise<void> {
    if (row.entry.kind === 'directory') {
      this.navigation.go({ view: 'folder', folder: row.folder, parent: row.entry.id });
      return;
    }
    if (row.entry.editing.length > 0) this.notices.tell(words.editing.long(row.entry.editing));
    else if (row.entry.place.type === 'onDemand') this.notices.tell(words.did.opening(row.entry.name));
    await this.notices.guard(() => this.backend.open(row.folder, row.entry.id, null));
  }

  async openVersion(row: Row, version: Version): Promise<void> {
    if (!version.here) this.notices.tell(words.did.opening(row.entry.name));
    await this.notices.guard(() => this.backend.open(row.folder, row.entry.id, version.dekId));
  }

  async restoreVersion(row: Row, version: Version): Promise<void> {
    await this.#change(
      () => this.backend.restoreVersion(row.folder, row.entry.id, version.dekId),
      () => words.did.versionRestored(version.number, row.entry.name),
      async () => {
        await this.backend.undo();
      },
    );
  }

  /** The place where a row lies, with nothing opened. */
  goTo(row: Row): void {
    this.navigation.go({ view: 'folder', folder: row.folder, parent: row.path.at(-1)?.id ?? null });
  }

  /** One level up: from a subfolder to what holds it. */
  up(): void {
    const at = this.navigation.at;
    if (at?.view !== 'folder' || at.parent === null) return;
    this.navigation.go({ ...at, parent: this.listing.path.at(-2)?.id ?? null });
  }

  /** A version (none: the newest) to a place of the person's choice. */
  async save(row: Row, version: Version | null = null): Promise<void> {
    await this.notices.guard(async () => {
      if (await this.backend.save(row.folder, row.entry.id, version?.dekId ?? null))
        this.notices.tell(words.did.saved(row.entry.name));
    });
  }

  async exportFile(row: Row): Promise<void> {
    await this.notices.guard(async () => {
      const done = await this.backend.exportFile(row.folder, row.entry.id);
      if (done) this.notices.tell(words.did.exported(row.entry.name));
    });
  }

  /** A version (none: the newest) with its good signatures, to a directory of the person's choice. */
  async exportSigned(row: Row, version: Version | null = null): Promise<void> {
    await this.notices.guard(async () => {
      const leftOut = await this.backend.exportSigned(row.folder, row.entry.id, version?.dekId ?? null);
      if (leftOut !== null) this.notices.tell(words.did.exportedSigned(row.entry.name, leftOut));
    });
  }

  async rename(row: Row, name: string): Promise<boolean> {
    const before = row.entry.name;
    if (name === before) return true;
    const rename = (to: string) => this.backend.rename(row.folder, row.entry.id, to);
    return this.#change(
      () => rename(name),
      () => words.did.renamed(name),
      () => rename(before),
    );
  }

  async trash(rows: Row[]): Promise<void> {
    for (const [folder, group] of byFolder(rows)) {
      const ids = group.map((row) => row.entry.id);
      await this.#change(
        () => this.backend.remove(folder, ids),
        () => words.did.trashed(names(group)),
        () => this.backend.restore(folder, ids),
      );
    }
  }

  async restore(rows: Row[]): Promise<void> {
    for (const [folder, group] of byFolder(rows)) {
      const ids = group.map((row) => row.entry.id);
      await this.#change(
        () => this.backend.restore(folder, ids),
        () => words.did.restored(names(group)),
        () => this.backend.remove(folder, ids),
      );
    }
  }

  /** The one thing that cannot be taken back: a dialog asked first. */
  async purge(rows: Row[]): Promise<void> {
    for (const [folder, group] of byFolder(rows)) {
      await this.#change(
        () =>
          this.backend.purge(
            folder,
            group.map((row) => row.entry.id),
          ),
        () => words.did.purged(names(group)),
        null,
      );
    }
  }

  /** A dialog asked first. */
  async emptyTrash(): Promise<void> {
    await this.#change(
      () => this.backend.emptyTrash(),
      () => words.did.emptied,
      null,
    );
  }

  /** Always on this computer, or no longer. */
  async keep(rows: Row[], keep: boolean): Promise<void> {
    for (const [folder, group] of byFolder(rows)) {
      await this.notices.guard(async () => {
        await this.backend.keep(
          folder,
          group.map((row) => row.entry.id),
          keep,
        );
        await this.listing.refresh();
      });
    }
  }

  async move(rows: Row[], parent: EntryId | null, to: string): Promise<void> {
    const first = rows[0];
    if (first === undefined) return;
    const ids = rows.map((row) => row.entry.id);
    await this.#change(
      () => this.backend.move(first.folder, ids, parent),
      () => words.did.moved(names(rows), to),
      async () => {
        for (const [before, back] of byParent(rows)) await this.backend.move(first.folder, back, before);
      },
    );
  }

  async undo(): Promise<void> {
    await this.notices.guard(async () => {
      const what = await this.backend.undo();
      this.notices.tell(what === null ? words.did.nothingToUndo : words.did.undone(what));
      await this.listing.refresh();
    });
  }

  async copy(text: string, said: string = words.did.copied): Promise<boolean> {
    const done = await this.notices.guard(() => this.backend.copyText(text));
    if (done) this.notices.tell(said);
    return done;
  }

  /** A link for colleagues, on the clipboard; without a row, to the folder. */
  async copyLink(folder: FolderId, row: Row | null): Promise<void> {
    await this.notices.guard(async () => {
      await this.backend.copyText(await this.backend.link(folder, row?.entry.id ?? null));
      this.notices.tell(words.did.linkCopied);
    });
  }

  /** Shows what a link leads to: the list where it lies, with it selected. */
  async followLink(link: string): Promise<void> {
    await this.notices.guard(async () => {
      const { folder, entry, path, trashed } = await this.backend.followLink(link);
      this.dialogs.close();
      const wanted = entry === null ? null : keyOf(folder, entry);
      if (trashed) this.navigation.go({ view: 'trash' }, wanted);
      else this.navigation.go({ view: 'folder', folder, parent: path.at(-1)?.id ?? null }, wanted);
    });
  }

  async makeFolder(name: string): Promise<boolean> {
    return this.notices.guard(async () => {
      const folder = await this.backend.createFolder(name);
      await this.folders.load();
      this.navigation.go({ view: 'folder', folder: folder.id, parent: null });
    });
  }

  async renameFolder(folder: FolderId, name: string): Promise<boolean> {
    return this.notices.guard(async () => {
      await this.backend.renameFolder(folder, name);
      await this.folders.load();
    });
  }

  async makeSubfolder(name: string): Promise<boolean> {
    const target = this.target;
    if (target === null) return false;
    return this.notices.guard(async () => {
      await this.backend.makeDirectory(target.folder, target.parent, name);
      await this.listing.refresh();
    });
  }

  async addFiles(): Promise<void> {
    await this.#add((folder, parent) => this.backend.addFiles(folder, parent));
  }

  async addDirectories(): Promise<void> {
    await this.#add((folder, parent) => this.backend.addDirectories(folder, parent));
  }

  async addDropped(drop: DropId, folder: FolderId, parent: EntryId | null): Promise<void> {
    await this.notices.guard(async () =>
      this.transfers.note(await this.backend.addDropped(drop, folder, parent)),
    );
  }

  async forgetDrop(drop: DropId): Promise<void> {
    await this.backend.forgetDrop(drop).catch(() => undefined);
  }

  /** Where files go that are added now; none where they cannot. */
  get target(): { folder: FolderId; parent: EntryId | null } | null {
    const at = this.navigation.at;
    return at?.view === 'folder' && this.mayChange(at.folder)
      ? { folder: at.folder, parent: at.parent }
      : null;
  }

  mayChange(folder: FolderId): boolean {
    const known = this.folders.of(folder);
    return known !== null && known.role !== 'viewer' && !known.stopped && !this.removed();
  }

  /** Everybody in a folder may sign, also who only reads. */
  maySign(folder: FolderId): boolean {
    return this.folders.of(folder)?.stopped === false && !this.removed();
  }

  /** What is shared from a computer that was removed reaches nobody. */
  get mayShare(): boolean {
    return !this.removed();
  }

  askNewSubfolder(): void {
    if (this.target !== null) this.dialogs.show({ kind: 'newSubfolder' });
  }

  async #add(ask: (folder: FolderId, parent: EntryId | null) => Promise<Transfer | null>): Promise<void> {
    const target = this.target;
    if (target === null) return;
    await this.notices.guard(async () => {
      const transfer = await ask(target.folder, target.parent);
      if (transfer !== null) this.transfers.note(transfer);
    });
  }

  async #change(
    work: () => Promise<void>,
    said: () => string,
    back: (() => Promise<void>) | null,
  ): Promise<boolean> {
    return this.notices.guard(async () => {
      await work();
      await this.listing.refresh();
      const undo = back === null ? null : { label: words.did.undo, run: () => void this.#takeBack(back) };
      this.notices.tell(said(), undo);
    });
  }

  async #takeBack(back: () => Promise<void>): Promise<void> {
    await this.notices.guard(async () => {
      await back();
      await this.listing.refresh();
    });
  }
}

function names(rows: Row[]): string[] {
  return rows.map((row) => row.entry.name);
}

/** Hits of a search come from several directories. */
function byParent(rows: Row[]): Map<EntryId | null, EntryId[]> {
  const groups = new Map<EntryId | null, EntryId[]>();
  for (const row of rows) {
    const parent = row.path.at(-1)?.id ?? null;
    groups.set(parent, [...(groups.get(parent) ?? []), row.entry.id]);
  }
  return groups;
}

function byFolder(rows: Row[]): Map<FolderId, Row[]> {
  const groups = new Map<FolderId, Row[]>();
  for (const row of rows) groups.set(row.folder, [...(groups.get(row.folder) ?? []), row]);
  return groups;
}
