// The versions that decide a thumbnail's bytes, found without loading sharp, which the main process must not load.

import { createRequire } from 'node:module';
import path from 'node:path';
import { systemCode } from '../errors.js';

/** Increased by hand whenever the same source and options would give other bytes. */
const OWN_VERSION = 2;

/**
 * Increased by hand whenever an image that was `CORRUPT` or `UNSUPPORTED` may have a thumbnail now: those of another version are tried
 * again, and nothing else is. Records without a version are of version 1.
 */
export const VERDICT_VERSION = 3;

/** The versions of everything that decides a thumbnail's pixels and bytes. */
export interface RendererVersion {
  readonly thumbs: number;
  readonly sharp: string;
  /** The libvips in sharp's own binary package; `system` if sharp was built against an installed one. */
  readonly libvips: string;
}

/** Reads the versions from the installed packages' own files. */
export function rendererVersion(): RendererVersion {
  const require = createRequire(import.meta.url);
  // sharp's `exports` hide its package.json, so it is found beside its entry.
  const entry = require.resolve('sharp');
  const manifest: unknown = require(path.join(path.dirname(entry), '..', 'package.json'));
  return {
    thumbs: OWN_VERSION,
    sharp: textField(manifest, 'version'),
    libvips: libvipsVersion(createRequire(entry)),
  };
}

function libvipsVersion(requireOfSharp: NodeJS.Require): string {
  const { platform, arch } = process;
  // npm installs the one for this platform: glibc or musl; on Windows libvips is part of sharp's own binary package.
  const packages = [
    `sharp-libvips-${platform}-${arch}`,
    `sharp-libvips-${platform}musl-${arch}`,
    `sharp-${platform}-${arch}`,
  ];
  for (const name of packages) {
    try {
      return textField(requireOfSharp(`@img/${name}/versions`), 'vips');
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return 'system';
}

function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
}

function textField(value: unknown, field: string): string {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
  if (typeof found !== 'string')
    throw new TypeError(`Expected a text field \`${field}\` in ${JSON.stringify(value)}`);
  return found;
}
