/**
 * The types of what travels, generated from Rust (`bindings.ts`, written by `make bindings`), and names for the ids
 * among them, which travel as text.
 */
export type * from './bindings';

export type AccountId = string;
export type DekId = string;
export type DeviceId = string;
export type EntryId = string;
export type FolderId = string;
export type GroupId = string;
export type InvitationId = string;

/** A number under which Rust remembers the paths of one drop until it is added or forgotten. */
export type DropId = number;
