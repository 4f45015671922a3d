export { Trouble, type Asking, type Backend, type Unlisten } from './backend';
export type * from './types';
