// Loads the gallery's data: classic scripts that call `thumbsData(key, value)`, because a page that is opened from a disk may load nothing
// else.

import { root } from './page.js';

declare global {
  interface Window {
    thumbsData: (key: string, value: unknown) => void;
  }
}

const loaded = new Map<string, unknown>();
const loading = new Map<string, Promise<unknown>>();

window.thumbsData = (key, value) => loaded.set(key, value);

/** A script of data that is there, or undefined. */
export function dataOf(key: string): unknown {
  return loaded.get(key);
}

/**
 * Loads a script of data, once.
 * @param version Differs when the data do; over HTTP a browser may have kept older ones.
 * @throws Error: it cannot be loaded.
 */
export function loadData(key: string, version: string): Promise<unknown> {
  const found = loading.get(key);
  if (found !== undefined) return found;
  const promise = new Promise((resolve, reject) => {
    const script = document.createElement('script');
    const query = location.protocol === 'file:' ? '' : `?v=${version}`;
    script.src = `${root}data/${key}.js${query}`;
    script.onload = () => {
      script.remove();
      resolve(loaded.get(key));
    };
    script.onerror = () => {
      script.remove();
      loading.delete(key);
      reject(new Error(`data/${key}.js cannot be loaded`));
    };
    document.head.append(script);
  });
  loading.set(key, promise);
  return promise;
}
