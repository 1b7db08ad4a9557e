// How the command shows figures and names.

import path from 'node:path';
import { printable } from '../../printable.js';
import { workingFolder } from '../../working-folder.js';

/** Where the command was started, if that folder still existed then. */
const startFolder = workingFolder();

/** `1 photo`, `1,234 photos`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${integer(amount)} ${amount === 1 ? noun : plural}`;
}

/** `1,234` */
export function integer(amount: number): string {
  // toLocaleString takes 12 ms the first time.
  return amount.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Three significant digits below 100, whole numbers above: `3.42`, `68.9`, `1,234`. */
export function rate(amount: number): string {
  return amount >= 100 ? integer(amount) : amount.toPrecision(3);
}

/** `5 s`, `0.84 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const two = (amount: number) => String(amount).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** By thousands: `17 bytes`, `1.20 kB`, `540 MB`, `3.05 GB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return count(Math.round(bytes), 'byte');
  const [unit, size] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${rate(bytes / Number(size))} ${unit}`;
}

/** {@link typedPath}, safe on a terminal. */
export function shownPath(file: string): string {
  return printable(typedPath(file));
}

/** An absolute path as it would be typed from here: relative if it is below the working folder. */
export function typedPath(file: string): string {
  if (startFolder === undefined) return file;
  const relative = path.relative(startFolder, file);
  const below = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return below ? relative : file;
}
