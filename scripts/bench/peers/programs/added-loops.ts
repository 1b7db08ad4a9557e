// Image libraries in the shortest loop over the photos that their language allows, in two processes.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rendererVersion } from '../../../../src/image/renderer-version.js';
import { type Command, parallelCommands, type RunInput } from '../commands.js';
import { commandFolders, formatSize, outputOf, type Peer, PROCESSES } from './program.js';

/** Runs `loops/<script> <out> <WxH> <shrink> <photo>...`. */
function loop(program: string, script: string, env: Readonly<Record<string, string>> = {}) {
  const file = fileURLToPath(new URL(`loops/${script}`, import.meta.url));
  const command = ({ variant: { box }, out, shrink }: RunInput, names: readonly string[]): Command => ({
    program,
    args: [file, out, formatSize(box), `${shrink}`, ...names],
    env,
  });
  return (input: RunInput) => parallelCommands(input, command, PROCESSES);
}

const sharpLoop: Peer = {
  name: 'sharp in a loop',
  package: 'npm package sharp',
  isAdded: true,
  detect() {
    const { sharp, libvips } = rendererVersion();
    return {
      version: `sharp ${sharp}, libvips ${libvips}, in a loop`,
      commands: loop(process.execPath, 'sharp.js'),
    };
  },
};

/**
 * An image library in Rust. Its other way to resize takes 1.35 times as long; its fastest PNGs take 0.75 times as long and have 2.6 times
 * the bytes.
 */
const napiImage: Peer = {
  name: '@napi-rs/image',
  package: 'npm package @napi-rs/image, beside a `.bin` of PATH',
  isAdded: true,
  detect() {
    const folders = commandFolders().map((folder) => path.join(folder, '../@napi-rs/image'));
    const folder = folders.find((each) => fs.existsSync(path.join(each, 'package.json')));
    if (folder === undefined) return undefined;
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return {
      version: `@napi-rs/image ${version}`,
      commands: loop(process.execPath, 'napi-image.js', { NAPI_IMAGE: folder }),
    };
  },
};

/** In place of pyvips, which Debian does not have: the same call of the same library. */
const rubyVips: Peer = {
  name: 'ruby-vips',
  package: 'Debian package ruby-vips',
  isAdded: true,
  detect() {
    const query = 'require "vips"; puts "ruby-vips #{Vips::VERSION} with libvips #{Vips.version_string}"';
    const version = outputOf('ruby', ['-e', query])?.trim();
    if (version === undefined) return undefined;
    return { version, commands: loop('ruby', 'vips.rb', { VIPS_CONCURRENCY: '1' }) };
  },
};

const openCv: Peer = {
  name: 'OpenCV',
  package: 'Debian package python3-opencv',
  isAdded: true,
  reads: ['.jpg', '.jpeg', '.png', '.webp'],
  detect() {
    for (const program of ['python3', '/usr/bin/python3']) {
      const version = outputOf(program, ['-c', 'import cv2; print(cv2.__version__)'])?.trim();
      if (version !== undefined)
        return { version: `OpenCV ${version}`, commands: loop(program, 'opencv.py') };
    }
    return undefined;
  },
};

const imageScale: Peer = {
  name: 'Image::Scale',
  package: 'Debian package libimage-scale-perl',
  isAdded: true,
  reads: ['.jpg', '.jpeg', '.png'],
  detect() {
    const version = outputOf('perl', ['-MImage::Scale', '-e', 'print $Image::Scale::VERSION'])?.trim();
    if (version === undefined) return undefined;
    return { version: `Image::Scale ${version}`, commands: loop('perl', 'image-scale.pl') };
  },
};

export const addedLoops: readonly Peer[] = [sharpLoop, napiImage, rubyVips, openCv, imageScale];
