// Kubernetes' own schema of a Job, without a cluster.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Job } from 'kubernetes-models/batch/v1';
import { parse } from 'yaml';
import { projectFolder } from './paths.js';
import { temporaryFolder } from './photos.js';

/** What the tests need of a Job. */
export interface ParsedJob {
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly completionMode?: string;
    readonly template: { readonly spec: { readonly containers: readonly [ParsedContainer] } };
  };
}

export interface ParsedContainer {
  readonly env: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly command: readonly string[];
  readonly args: readonly string[];
}

export function parseJob(yaml: string): ParsedJob {
  return parse(yaml);
}

/** What is wrong with a Job: values by the schema, and fields that are not in it. Empty for nothing. */
export function jobProblems(yaml: string): string {
  const job = parse(yaml);
  return valueProblems(job) + unknownFields(job);
}

function valueProblems(job: ConstructorParameters<typeof Job>[0]): string {
  try {
    new Job(job).validate();
    return '';
  } catch (error) {
    return String(error);
  }
}

/** The schema permits fields that it does not have, which Kubernetes refuses. The compiler knows them by the types. */
function unknownFields(job: unknown): string {
  const file = path.join(temporaryFolder(), 'job.ts');
  const types = path.join(projectFolder, 'node_modules/kubernetes-models/batch/v1/Job.js');
  fs.writeFileSync(
    file,
    `import type { IJob } from ${JSON.stringify(types)};\nexport const job: IJob = ${JSON.stringify(job)};\n`,
  );
  const tsc = path.join(projectFolder, 'node_modules/typescript/bin/tsc');
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, '--target', 'esnext', file], {
    encoding: 'utf8',
  });
  return stdout;
}
