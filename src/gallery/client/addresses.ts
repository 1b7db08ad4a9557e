// The addresses of photos, and the steps in the browser's history that open them.

import { address } from './page.js';

/**
 * `#p1f0c9a3b5d7e`; with `.1234` where the photo is not on the album's first page: about where in the list it is; with `@italy-1f0c9a3b`
 * where it is in another album than the page shows.
 */
const FRAGMENT = /^#p([0-9a-f]{12})(?:\.(\d+))?(?:@([a-z0-9-]+))?$/;

/** Marks a step in the history that opened a photo. */
const PHOTO_STEP = 'photo';

/** A photo as an address names it. */
export interface Addressed {
  readonly id: string;
  /** About where in the list it is. */
  readonly near: number;
  /** The key of its album; undefined for the page's own list. */
  readonly album: string | undefined;
}

/** The photo that the page's address names; undefined for none. */
export function addressed(): Addressed | undefined {
  const [, id, near = '0', album] = FRAGMENT.exec(location.hash) ?? [];
  return id === undefined ? undefined : { id, near: Number(near), album };
}

/** The page's address with a photo. */
export function addressWith({ id, near, album }: Addressed): string {
  return `${address()}#p${id}${near === 0 ? '' : `.${near}`}${album === undefined ? '' : `@${album}`}`;
}

/** Whether the present step in the history has opened a photo: so it is also when the page is loaded anew. */
export function isPhotoStep(): boolean {
  return history.state === PHOTO_STEP;
}

/** Adds a step that opens a photo. Returns false in a browser that lets no page from a disk have addresses. */
export function pushAddress(to: string): boolean {
  try {
    history.pushState(PHOTO_STEP, '', to);
    return true;
  } catch {
    return false;
  }
}

/** Changes the address of the present step. Returns as {@link pushAddress} does. @param state Of the step. @default as it was */
export function replaceAddress(to: string, state: unknown = history.state): boolean {
  try {
    if (location.href !== to || history.state !== state) history.replaceState(state, '', to);
    return true;
  } catch {
    return false;
  }
}
