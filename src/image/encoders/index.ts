// The list of encoders, one for each format of `options/output-formats.ts`.

import type { OutputFormat } from '../../options/output-formats.js';
import { avif } from './avif.js';
import type { Encoder } from './encoder.js';
import { jpeg } from './jpeg.js';
import { png } from './png.js';
import { webp } from './webp.js';

export const encoders: Readonly<Record<OutputFormat, Encoder>> = { png, webp, jpeg, avif };
