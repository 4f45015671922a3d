/** The folders of the sidebar. */
import {
  Trouble,
  type Backend,
  type Event,
  type Folder,
  type FolderId,
  type FolderInvitation,
} from '$lib/backend';
import { words } from '$lib/words';

export class Folders {
  list = $state.raw<Folder[]>([]);
  /** Folders that others share, and that wait for a word. */
  offers = $state.raw<FolderInvitation[]>([]);
  read = $state(false);
  trouble = $state.raw<Trouble | null>(null);
  personal = $derived(this.list.find((folder) => folder.personal) ?? null);
  shared = $derived(this.list.filter((folder) => !folder.personal));

  constructor(private readonly backend: Backend) {}

  async load(): Promise<void> {
    try {
      [this.list, this.offers] = await Promise.all([
        this.backend.folders(),
        this.backend.folderInvitations(),
      ]);
      this.trouble = null;
    } catch (thrown) {
      this.trouble = Trouble.from(thrown);
    }
    this.read = true;
  }

  hear(event: Event): void {
    if (event.type === 'foldersChanged' || event.type === 'folderChanged') void this.load();
  }

  of(id: FolderId): Folder | null {
    return this.list.find((folder) => folder.id === id) ?? null;
  }

  /** As it is called where it is spoken of. */
  nameOf(id: FolderId): string {
    const folder = this.of(id);
    return folder?.personal === true ? words.places.mine : (folder?.name ?? '');
  }

  forget(): void {
    this.list = [];
    this.offers = [];
    this.read = false;
  }
}
