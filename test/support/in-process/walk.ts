// A walk without options, for the producer by itself.

import { photoExtensions } from '../../../src/image/decoders/index.js';
import type { Job } from '../../../src/job.js';

/** A photo as the planner plans it without any record. */
export function plannedJob(path: string): Job {
  return { type: 'job', path, task: 'make', why: 'new' };
}

/** Options of a walk that takes every photo, each as a job. */
export const plainWalk = {
  extensions: photoExtensions,
  plan: async (path: string): Promise<Job> => plannedJob(path),
  include: [],
  exclude: [],
  hidden: false,
  follow: false,
};
