export { Trouble, type Backend, type Unlisten } from './backend';
export type * from './types';
