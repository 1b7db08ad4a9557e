// The list of encoders, one for each format of `options/variant.ts`.

import type { OutputFormat } from '../../options/variant.js';
import type { Encoder } from './encoder.js';
import { png } from './png.js';

export const encoders: Readonly<Record<OutputFormat, Encoder>> = { png };
