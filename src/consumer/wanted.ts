// What is to be made of one photo: everything that the run wants, or what the photo lacks.

import type { WantedOutput } from '../image/placeholder/placeholder.js';
import type { Part, WorkOptions } from '../job.js';
import { type ContentFacts, contentOf } from '../manifest/record.js';

/** @param content Of the source: if it is not the one that the planner took the part for, what was made of that is of no use. */
export function wantedOf(
  { variants, placeholder }: Pick<WorkOptions, 'variants' | 'placeholder'>,
  part: Part | undefined,
  content: ContentFacts,
): WantedOutput {
  if (part === undefined || part.content !== contentOf(content)) return { variants, placeholder };
  return {
    variants: variants.filter(({ name }) => part.variants.includes(name)),
    placeholder: part.placeholder,
  };
}
