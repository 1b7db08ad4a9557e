// Figures and names in the words of the command.

import path from 'node:path';
import { printable } from '../printable.js';

/** `1 photo`, `1,234 photos`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${integer(amount)} ${amount === 1 ? noun : plural}`;
}

/** `1,234` */
export function integer(amount: number): string {
  return amount.toLocaleString('en-US', { maximumFractionDigits: 0 });
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

/** Megabytes of 1,000,000 bytes: `540 MB`, `1.2 MB`. */
export function megabytes(bytes: number): string {
  return `${rate(bytes / 1e6)} MB`;
}

/** A path as a person would type it from here, safe on a terminal: relative when it is below this folder. */
export function shownPath(file: string): string {
  const relative = path.relative('', file);
  const below = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return printable(below ? relative : file);
}
