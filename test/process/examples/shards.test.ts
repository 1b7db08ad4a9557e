// The examples of sharded runs, with the real command: what their files say is what is run.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { jobProblems, parseJob } from '../../support/kubernetes.js';
import { expectSound, outputInBytes } from '../../support/output.js';
import { command, projectFolder } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { type Finished, start } from '../../support/processes/processes.js';
import { testWithPrograms } from '../../support/requirements.js';

const examples = path.join(projectFolder, 'examples');

function read(file: string): string {
  return fs.readFileSync(path.join(examples, file), 'utf8');
}

interface Prepared {
  readonly folder: string;
  readonly photos: string;
  readonly out: string;
  /** With `thumbs` on the path. */
  readonly env: NodeJS.ProcessEnv;
}

/** Photos, one of which fails, and the output of one run in `one`. */
async function prepare(): Promise<Prepared> {
  const { folder, out } = photoFolder(20);
  const photos = path.join(folder, 'photos');
  fs.writeFileSync(path.join(photos, 'broken.jpg'), 'no photo');
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
  fs.symlinkSync(command, path.join(bin, 'thumbs'));
  await thumbs([photos, '-o', path.join(folder, 'one')], { cwd: folder });
  return {
    folder,
    photos,
    out,
    env: { PATH: `${bin}:${path.dirname(process.execPath)}:${process.env.PATH}` },
  };
}

async function expectOneRun({ folder, out }: Prepared): Promise<void> {
  expect(outputInBytes(out)).toEqual(outputInBytes(path.join(folder, 'one')));
  await expectSound(out);
}

testWithPrograms('parallel')('the lines of GNU parallel are one run', async () => {
  const place = await prepare();
  const script = path.join(examples, 'parallel/shards.sh');
  const { code, stderr } = await start(script, ['photos', 'thumbnails', '5', '--jobs', '3'], {
    cwd: place.folder,
    env: place.env,
  }).finished;
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/5 shards merged, 21 photos, 1 of them failed\n/),
  ]);
  await expectOneRun(place);

  // As the README has it, into the same output.
  const lines = /^ {4}seq 8 .*\n {4}thumbs merge .*$/m.exec(read('parallel/README.md'))?.[0] ?? '';
  expect(lines).toContain('parallel thumbs photos');
  const again = await start('bash', ['-c', lines], { cwd: place.folder, env: place.env }).finished;
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/8 shards merged, 21 photos/)]);
  await expectOneRun(place);
});

const yamls = ['kubernetes/shards.yaml', 'kubernetes/merge.yaml'];

test('the Jobs are what Kubernetes takes as Jobs', () => {
  for (const file of yamls) expect(jobProblems(read(file))).toBe('');
});

test('a field that a Job does not have, or that has another type, is found', () => {
  const yaml = read('kubernetes/shards.yaml');
  const wrong = (from: string, to: string) => {
    expect(yaml).toContain(from);
    return jobProblems(yaml.replace(from, to));
  };
  expect(wrong('completions: 8', 'completions: eight')).toMatch(/completions must be integer/);
  expect(wrong('completionMode: Indexed', 'completionMode: Index')).toMatch(
    /completionMode must be equal to one/,
  );
  expect(wrong('backoffLimitPerIndex', 'backoffLimitsPerIndex')).toMatch(
    /backoffLimitsPerIndex.* does not exist in type 'IJobSpec'/,
  );
  expect(wrong('volumeMounts', 'volumesMounts')).toMatch(
    /volumesMounts.* does not exist in type 'IContainer'/,
  );
  expect(wrong('restartPolicy: Never', 'restartPolicy: No')).not.toBe('');
});

/** Runs the container of a Job as a pod does. */
async function runPod(file: string, { folder, env }: Prepared, index?: number): Promise<Finished> {
  const [container] = parseJob(read(file)).spec.template.spec.containers;
  const [shell = '', ...options] = container.command;
  const args = container.args.map((each) => each.replaceAll('/data', folder));
  const own = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  const completion = index === undefined ? {} : { JOB_COMPLETION_INDEX: String(index) };
  return start(shell, [...options, ...args], { cwd: folder, env: { ...env, ...own, ...completion } })
    .finished;
}

test('the pods of the Indexed Job and the merge are one run', async () => {
  const place = await prepare();
  const { spec } = parseJob(read('kubernetes/shards.yaml'));
  const { completions = 0 } = spec;
  expect(spec).toMatchObject({ completionMode: 'Indexed', parallelism: completions });
  for (const file of yamls)
    expect(parseJob(read(file)).spec.template.spec.containers[0].env).toEqual([
      { name: 'SHARDS', value: String(completions) },
    ]);
  const indexes = Array.from({ length: completions }, (_, index) => index);
  const early = await runPod('kubernetes/shards.yaml', place, 0);
  expect(early.code, early.stderr).toBe(0);
  expect(await runPod('kubernetes/merge.yaml', place)).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/Not merged: shards 2\/8, 3\/8, .* are missing/),
  });
  const pods = await Promise.all(indexes.map((index) => runPod('kubernetes/shards.yaml', place, index)));
  // The one with the photo that fails, too.
  expect(pods.map(({ code }) => code)).toEqual(indexes.map(() => 0));
  expect(pods.map(({ stderr }) => stderr).join('')).toMatch(/UNSUPPORTED .*broken\.jpg/);
  expect((await runPod('kubernetes/merge.yaml', place)).code).toBe(0);
  await expectOneRun(place);
});

test('the tasks of the SLURM array and the merge are one run', async () => {
  const place = await prepare();
  const script = (name: string) => path.join(examples, 'slurm', name);
  for (const name of ['shards.sh', 'merge.sh', 'submit.sh'])
    expect(spawnSync('bash', ['-n', script(name)], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  // What sbatch(1) would run, and how it would be told to.
  const jobs = path.join(place.folder, 'jobs');
  const sbatch = path.join(place.folder, 'bin/sbatch');
  fs.writeFileSync(
    sbatch,
    `#!/bin/sh\necho "$PHOTOS $OUT $SHARDS $*" >>"${jobs}"\necho "4$(wc -l <"${jobs}")"\n`,
  );
  fs.chmodSync(sbatch, 0o755);
  const submitted = await start(script('submit.sh'), ['photos', 'thumbnails', '3'], {
    cwd: place.folder,
    env: place.env,
  }).finished;
  expect(submitted).toMatchObject({ code: 0, stdout: 'shards: 41, merge: 42\n' });
  expect(fs.readFileSync(jobs, 'utf8')).toBe(
    [`--array=1-3 shards.sh`, `--dependency=afterany:41 merge.sh`]
      .map((job) => `${place.photos} ${place.out} 3 --parsable ${job}\n`)
      .join(''),
  );
  const env = { ...place.env, SHARDS: '3', PHOTOS: place.photos, OUT: place.out };
  const task = (index: number) =>
    start(script('shards.sh'), [], {
      cwd: place.folder,
      env: { ...env, SLURM_ARRAY_TASK_ID: String(index), SLURM_CPUS_PER_TASK: '1' },
    }).finished;
  const tasks = await Promise.all([1, 2, 3].map(task));
  expect(tasks.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect((await start(script('merge.sh'), [], { cwd: place.folder, env }).finished).code).toBe(0);
  await expectOneRun(place);
  // Any other failure is the task's.
  fs.rmSync(place.photos, { recursive: true });
  expect((await task(1)).code).toBe(2);
});
