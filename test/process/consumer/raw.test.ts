// How much a real consumer reads of large RAW files, by the kernel's count.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { ForkedConsumer } from '../../../src/pool/process/forked-consumer.js';
import { rawFile } from '../../support/images/raw/files.js';
import { projectFolder } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { testWith } from '../../support/requirements.js';
import { insideBox } from '../../support/variants.js';
import { workOptions } from '../../support/work-options.js';

const SIZE = 60_000_000;
const EXTENSIONS = ['nef', 'cr2', 'cr3', 'arw', 'dng', 'raf'];

/** Bytes that a process has read, from files and otherwise (proc_pid_io(5)). */
function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

async function largeRaws(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const extension of EXTENSIONS) {
    const file = path.join(folder, `large.${extension}`);
    fs.writeFileSync(file, await rawFile(extension));
    fs.truncateSync(file, SIZE);
    files.push(file);
  }
  return files;
}

testWith(fs.existsSync('/proc/self/io'), 'Linux /proc')(
  'of RAW files of 60 MB a consumer reads at most 400 kB each',
  async () => {
    const { folder, files } = photoFolder(1);
    const raws = await largeRaws(folder);
    const figures: number[] = [];
    const statuses: string[] = [];
    await new Promise<void>((resolve) => {
      const send = (id: number, file: string, task: 'make' | 'identify') =>
        child.send({ type: 'jobs', jobs: [{ id, path: file, task, exclusive: false }] });
      const child: ForkedConsumer = new ForkedConsumer(path.join(projectFolder, 'dist/consumer/main.js'), {
        onStarted: () => {},
        onResult: ({ id, outcome }) => {
          statuses.push(outcome.status);
          // A first RAW file loads what finds previews.
          if (id > 1) figures.push(bytesRead(child.pid ?? 0));
          const next = [...files, ...raws, ...raws][id + 1];
          if (next === undefined) child.send({ type: 'sentinel' });
          else send(id + 1, next, id + 1 > raws.length ? 'identify' : 'make');
        },
        onFatal: ({ message }) => statuses.push(message),
        onRetired: () => {},
        onSentinel: () => {},
        onExit: () => resolve(),
      });
      const work = workOptions(folder, { variants: [insideBox(200)], maxBytes: 1e6 });
      child.send({ type: 'configure', work });
      for (const file of files) send(0, file, 'make');
    });
    expect(statuses).toEqual(['done', ...raws.map(() => 'done'), ...raws.map(() => 'identified')]);
    const each = figures.slice(1).map((figure, index) => figure - (figures[index] ?? 0));
    expect(each).toHaveLength(2 * raws.length - 2);
    for (const bytes of each) {
      expect(bytes).toBeGreaterThan(190_000);
      expect(bytes).toBeLessThan(400_000);
    }
  },
);
