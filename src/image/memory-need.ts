import type { Metadata } from 'sharp';
import type { Box } from '../options.js';
import type { SourceFormat } from './formats.js';
export function memoryNeed(_f: SourceFormat, h: Metadata, _b: Box): number {
  return h.width * h.height * 4;
}
