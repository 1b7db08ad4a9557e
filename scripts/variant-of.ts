// One variant, for what measures or checks one.

import type { Variant } from '../src/options/variant.js';
import { resolveVariants } from '../src/options/variant-spec.js';

/** @param spec As the command has it: `200x200`. @throws {ThumbsError} `OPTION`. */
export function variantOf(spec: string): Variant {
  const [variant] = resolveVariants(spec, {});
  if (variant === undefined) throw new RangeError(`Expected a variant, got \`${spec}\``);
  return variant;
}
