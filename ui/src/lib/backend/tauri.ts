/**
 * The real backend: the only file that names Tauri. One typed command a request, arguments in camelCase,
 * one event for everything the engine tells, one for drags, one for clicked invitations.
 */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { Trouble, type Backend } from './backend';
import { sealSecrets } from './typed';
import type { Drag, Event } from './types';

async function ask<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    const sealed = await sealSecrets(args, (uses) => invoke<string>('typing_key', { uses }));
    return await invoke<T>(command, sealed);
  } catch (thrown) {
    throw Trouble.from(thrown);
  }
}

export const tauriBackend: Backend = {
  status: () => ask('status'),
  create: (name, password, workspace, catalog) => ask('create', { name, password, workspace, catalog }),
  attach: (catalog) => ask('attach', { catalog }),
  inspectInvitation: (link) => ask('inspect_invitation', { link }),
  join: (link, name, password) => ask('join', { link, name, password }),
  unlock: (password) => ask('unlock', { password }),
  unlockWithToken: (pin) => ask('unlock_with_token', { pin }),
  lock: () => ask('lock'),

  makeKits: (password) => ask('make_kits', { password }),
  saveKit: (kit, code) => ask('save_kit', { kit, code }),
  confirmKit: (kit, groups) => ask('confirm_kit', { kit, groups }),
  checkKit: (code) => ask('check_kit', { code }),
  recovery: () => ask('recovery'),
  recover: (codes, password) => ask('recover', { codes, password }),
  rehearse: (codes) => ask('rehearse', { codes }),

  authority: () => ask('authority'),
  setAuthority: (holders, delayHours) => ask('set_authority', { holders, delayHours }),
  approveRecovery: (device, place, secret) => ask('approve_recovery', { device, place, secret }),
  makeKeeperKey: (place, secret) => ask('make_keeper_key', { place, secret }),
  rewrapAuthority: (place, secret) => ask('rewrap_authority', { place, secret }),
  refuseRecovery: (device) => ask('refuse_recovery', { device }),
  askRecovery: (asking) => ask('ask_recovery', { ...asking }),
  askedRecovery: () => ask('asked_recovery'),
  finishRecovery: (password) => ask('finish_recovery', { password }),
  forgetAsked: () => ask('forget_asked'),

  changePassword: (password, fresh) => ask('change_password', { password, new: fresh }),
  renewKeys: (password, fresh) => ask('renew_keys', { password, new: fresh }),
  here: () => ask('here'),
  settings: () => ask('settings'),
  setSettings: (settings) => ask('set_settings', { settings }),
  storage: () => ask('storage'),
  network: () => ask('network'),
  setCatalogAddresses: (addresses) => ask('set_catalog_addresses', { addresses }),
  moveCatalogOut: () => ask('move_catalog_out'),
  speak: (language) => ask('speak', { language }),

  addToken: (password, place, pin, instead) => ask('add_token', { password, place, pin, instead }),
  removeToken: (password, fresh) => ask('remove_token', { password, new: fresh }),
  setUnlockAtLogin: (password) => ask('set_unlock_at_login', { password }),

  accountKeys: () => ask('account_keys'),
  rotateAccountKey: () => ask('rotate_account_key'),

  devices: () => ask('devices'),
  pair: (password, name) => ask('pair', { password, name }),
  endPairing: () => ask('end_pairing'),
  joinAccount: (code, catalog, name, password) => ask('join_account', { code, catalog, name, password }),
  recoverAccount: (codes, catalog, name, password, alone) =>
    ask('recover_account', { codes, catalog, name, password, alone }),
  nameDevice: (device, name) => ask('name_device', { device, name }),
  removeDevice: (device, password) => ask('remove_device', { device, password }),
  reach: (device) => ask('reach', { device }),
  forget: () => ask('forget'),

  folders: () => ask('folders'),
  createFolder: (name) => ask('create_folder', { name }),
  renameFolder: (folder, name) => ask('rename_folder', { folder, name }),
  members: (folder) => ask('members', { folder }),
  invite: (folder, role, days) => ask('invite', { folder, role, days }),
  invitations: () => ask('invitations'),
  copyInvitation: (id) => ask('copy_invitation', { id }),
  withdrawInvitation: (id) => ask('withdraw_invitation', { id }),
  addMember: (folder, account, role) => ask('add_member', { folder, account, role }),
  setRole: (folder, account, role) => ask('set_role', { folder, account, role }),
  removeMember: (folder, account) => ask('remove_member', { folder, account }),
  leave: (folder) => ask('leave', { folder }),
  handOver: (folder, account, then) => ask('hand_over', { folder, account, after: then }),
  folderInvitations: () => ask('folder_invitations'),
  acceptFolder: (folder) => ask('accept_folder', { folder }),
  declineFolder: (folder) => ask('decline_folder', { folder }),
  people: () => ask('people'),
  setVerified: (account, number) => ask('set_verified', { account, number }),
  groups: () => ask('groups'),
  setGroup: (group, name, members) => ask('set_group', { group, name, members }),
  removeGroup: (group) => ask('remove_group', { group }),
  addGroup: (folder, group, role) => ask('add_group', { folder, group, role }),
  setOfficer: (account, officer) => ask('set_officer', { account, officer }),
  closeAccount: (account) => ask('close_account', { account }),

  succession: () => ask('succession'),
  nameSuccessor: (account) => ask('name_successor', { account }),
  setFolderSuccessor: (folder, account) => ask('set_folder_successor', { folder, account }),

  folderKeys: (folder) => ask('folder_keys', { folder }),
  rotateFolderKey: (folder) => ask('rotate_folder_key', { folder }),
  rewrap: (folder) => ask('rewrap', { folder }),
  retireKeys: (folder) => ask('retire_keys', { folder }),
  setRotation: (folder, days) => ask('set_rotation', { folder, days }),

  list: (folder, parent) => ask('list', { folder, parent }),
  search: (folder, text) => ask('search', { folder, text }),
  recent: (limit) => ask('recent', { limit }),
  trash: (folder) => ask('trash', { folder }),
  makeDirectory: (folder, parent, name) => ask('make_directory', { folder, parent, name }),
  rename: (folder, entry, name) => ask('rename', { folder, entry, name }),
  move: (folder, entries, parent) => ask('move_entries', { folder, entries, parent }),
  remove: (folder, entries) => ask('remove', { folder, entries }),
  restore: (folder, entries) => ask('restore', { folder, entries }),
  purge: (folder, entries) => ask('purge', { folder, entries }),
  emptyTrash: () => ask('empty_trash'),
  setTrashPolicy: (folder, days) => ask('set_trash_policy', { folder, days }),
  restoreVersion: (folder, entry, version) => ask('restore_version', { folder, entry, version }),
  undo: () => ask('undo'),
  zoom: async (percent) => {
    await ask('zoom', { percent });
    zoomed = percent / 100;
  },
  outbox: () => ask('outbox'),
  details: (folder, entry) => ask('details', { folder, entry }),
  link: (folder, entry) => ask('link', { folder, entry }),
  followLink: (link) => ask('follow_link', { link }),
  activity: (folder, filter, before, limit) => ask('activity', { folder, filter, before, limit }),
  exportActivity: (folder, filter, format) => ask('export_activity', { folder, filter, format }),
  preview: (folder, entry, version) => ask('preview', { folder, entry, version }),
  keep: (folder, entries, keep) => ask('keep', { folder, entries, keep }),
  shows: (folder) => ask('shows', { folder }),
  recoverability: (folder, entry) => ask('recoverability', { folder, entry }),

  addFiles: (folder, parent) => ask('add_files', { folder, parent }),
  addDirectories: (folder, parent) => ask('add_directories', { folder, parent }),
  addDropped: (drop, folder, parent) => ask('add_dropped', { drop, folder, parent }),
  forgetDrop: (drop) => ask('forget_drop', { drop }),
  transfers: () => ask('transfers'),
  cancelTransfer: (transfer) => ask('cancel_transfer', { transfer }),
  pauseTransfer: (transfer) => ask('pause_transfer', { transfer }),
  resumeTransfer: (transfer) => ask('resume_transfer', { transfer }),
  open: (folder, entry, version) => ask('open', { folder, entry, version }),
  save: (folder, entry, version) => ask('save', { folder, entry, version }),
  exportFile: (folder, entry) => ask('export', { folder, entry }),

  sign: (folder, entry, version, statement, key, pin) =>
    ask('sign', { folder, entry, version, statement, key, pin }),
  signatures: (folder, entry, check) => ask('signatures', { folder, entry, check }),
  exportSigned: (folder, entry, version) => ask('export_signed', { folder, entry, version }),
  signingKeys: () => ask('signing_keys'),
  rotateSigningKey: () => ask('rotate_signing_key'),
  addTokenSigningKey: (place, pin) => ask('add_token_signing_key', { place, pin }),
  revokeSigningKey: (version) => ask('revoke_signing_key', { version }),

  sync: () => ask('sync'),
  securityEvents: () => ask('security_events'),
  fingerprints: () => ask('fingerprints'),
  copyText: (text) => ask('copy_text', { text }),

  onEvent: (tell) => listen<Event>('engine-event', (event) => tell(event.payload)),
  onDrag: (tell) => listen<Drag>('drag', (event) => tell(inCssPixels(event.payload))),
  onInvitation: async (tell) => {
    const unlisten = await listen<string>('invitation', (event) => tell(event.payload));
    const early = await ask<string | null>('take_invitation');
    if (early !== null) tell(early);
    return unlisten;
  },
};

/** How large everything is shown; `devicePixelRatio` does not say it. */
let zoomed = 1;

/** Rust sees physical pixels. */
function inCssPixels(drag: Drag): Drag {
  if (drag.kind === 'leave') return drag;
  const scale = (window.devicePixelRatio || 1) * zoomed;
  return { ...drag, x: drag.x / scale, y: drag.y / scale };
}
